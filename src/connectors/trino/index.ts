import { defineTrino } from '../families/trino/define-trino.ts';
import { trinoFields } from '../families/trino/trino-fields.ts';

export default defineTrino({
  kind: 'trino',
  title: 'Trino',
  dialect: 'Trino',
  tested: { against: 'server', what: 'Trino 476' },
  fields: trinoFields({ port: 8443, scheme: 'https' }),
});
