import { z } from 'zod';
import { NO_NUL, ONE_LINE, SOME_LINE } from '../../../domain/text/one-line.ts';
import { anyCase } from '../../kit/any-case.ts';
import { ONE_TAG } from '../../kit/http/etag.ts';
import { LONGEST, MEMBERS } from '../rules/given.ts';
import { MOST_SOURCE } from '../rules/job-body.ts';
import { MOST as MOST_LISTED } from '../rules/list-filter.ts';
import { MOST_ENTRIES, MOST_OF_KEY, MOST_OF_VALUE } from '../rules/metadata.ts';
import { PRODUCT_NAME } from '../rules/product-name.ts';
import { TYPE_NAMES } from '../rules/types.ts';
import { mappedFields, uuid } from './answers.ts';
import { fitsItsType } from './ssl.ts';

const text = z.string();
const productName = text.meta({ pattern: PRODUCT_NAME.source.replace('a-z', 'A-Za-z') }).describe('Letters, digits, _ and -, at most 100.');
export const byId = z.object({ id: uuid });
export const productHeader = z.object({ 'x-product-name': productName });
export const productFilter = z.object({ 'x-product-name': productName.optional() });
export const ifMatch = z.object({ 'if-match': z.string().regex(ONE_TAG).optional() });
const pem = text.meta({ maxLength: 65_536, pattern: NO_NUL }).nullish();
const ssl = z.object({
  mode: text.nullish().describe('One of the modes of the type; alone it keeps the certificates that are stored.'),
  ca: pem,
  cert: pem,
  key: pem,
});
/** As far as a pattern can say it. Where connections may lead is the operator's to say. */
const HOST_NAME = '^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\\.){0,126}[A-Za-z_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\\.?$';
const line = text.meta({ minLength: 1, maxLength: LONGEST, pattern: SOME_LINE });
const givenMetadata = z
  .record(z.string(), z.string().meta({ maxLength: MOST_OF_VALUE, pattern: NO_NUL }))
  .meta({ propertyNames: { maxLength: MOST_OF_KEY, pattern: NO_NUL }, maxProperties: MOST_ENTRIES })
  .describe('Replaced whole; {} clears it.');
const members = {
  configName: z
    .string()
    .min(3)
    .max(100)
    .regex(/^[a-zA-Z0-9_-]+$/),
  type: z.enum(TYPE_NAMES),
  host: text.meta({ maxLength: 253, anyOf: [{ pattern: HOST_NAME }, { format: 'ipv4' }, { format: 'ipv6' }] }),
  port: z.int().min(1).max(65_535),
  databaseName: line,
  userName: line,
  password: z.string().min(1).meta({ maxLength: 65_536, pattern: NO_NUL }),
};
const optional = {
  schema: text.meta({ maxLength: LONGEST, pattern: ONE_LINE }).nullish(),
  ssl: ssl.nullish(),
  metadata: givenMetadata.nullish(),
};
function nullish<T extends Readonly<Record<string, z.ZodType>>>(shape: T) {
  return Object.fromEntries(Object.entries(shape).map(([name, one]) => [name, one.nullish()]));
}
export const newConnection = z.object({ ...members, ...optional }).meta({ anyOf: fitsItsType() });
const said = (name: string) => ({ required: [name], properties: { [name]: { not: { type: 'null' } } } });
const saidOfTls = { required: ['ssl'], properties: { ssl: { type: 'object', anyOf: Object.keys(ssl.shape).map(said) } } };
export const connectionPatch = z
  .object({ ...nullish(members), ...optional })
  .meta({ anyOf: MEMBERS.map((name) => (name === 'ssl' ? saidOfTls : said(name))) })
  .describe('What is absent or null stays as it is, and something has to be said.');
const orEmpty = (rule: object) => text.meta({ ...rule }).optional();
export const listQuery = z.object({
  // An empty value is skipped, as upstream.
  page: orEmpty({ pattern: '^(?:[1-9][0-9]{0,8})?$' }).describe('From 1.'),
  limit: orEmpty({ pattern: '^(?:[1-9][0-9]?|100)?$' }).describe('From 1 to 100; 10 unless given.'),
  sortOrder: orEmpty({ pattern: anyCase('^(?:asc|desc)?$') }).describe('asc or desc, by the time of creation; desc unless given.'),
  type: orEmpty({ pattern: anyCase(`^(?:${TYPE_NAMES.join('|')})?$`) }),
  startDate: orEmpty({ anyOf: [{ const: '' }, { format: 'date' }] }).describe('YYYY-MM-DD.'),
  endDate: orEmpty({ anyOf: [{ const: '' }, { format: 'date' }] }).describe('YYYY-MM-DD, included.'),
  host: orEmpty({ maxLength: MOST_LISTED.value }),
  databaseName: orEmpty({ maxLength: MOST_LISTED.value }),
});
export const mapping = z.object({ mappedFields });
export const newJob = z.object({
  dataRequest: z.object({ mappedFields }),
  metadata: z.looseObject({ source: text.meta({ maxLength: MOST_SOURCE, pattern: SOME_LINE }) }),
});
export const tokenRequest = z.object({
  grantType: z.literal('client_credentials'),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
});
