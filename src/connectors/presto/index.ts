import { defineTrino } from '../families/trino/define-trino.ts';
import { trinoFields } from '../families/trino/trino-fields.ts';

export default defineTrino({
  kind: 'presto',
  title: 'Presto',
  dialect: 'Presto',
  tested: { against: 'fake', what: "Trino 476 in Presto's place, told to take its headers", client: 'presto-python-client' },
  lead: { testV1: [{ field: 'testPrestoCredentials', explains: false, refuses: ['metadataCatalogId'] }] },
  fields: trinoFields({ port: 8889, scheme: 'http' }),
});
