import { defineTrino } from '../families/trino/define-trino.ts';
import { trinoFields } from '../families/trino/trino-fields.ts';

export default defineTrino({
  kind: 'presto',
  title: 'Presto',
  dialect: 'Presto',
  lead: { testV1: [{ field: 'testPrestoCredentials', explains: false, refuses: ['metadataCatalogId'] }] },
  fields: trinoFields({ port: 8889, scheme: 'http' }),
});
