import { z } from 'zod';
import { TYPE_NAMES } from './rules/types.ts';

const uuid = z.uuid();
const time = z.iso.datetime().describe('RFC 3339, UTC.');
const text = z.string();
const metadata = z.record(z.string(), z.string()).describe('Keys have at most 100 characters, values at most 2000.');

export const failure = z.object({
  title: text,
  code: z.union([text, z.int()]).describe('FET- and four digits, or the status; a number where a test has failed.'),
  message: text,
  fields: z.record(z.string(), z.string()).optional().describe('What is wrong with single members.'),
});

export const schemaFault = failure.extend({
  errors: z
    .array(
      z.object({
        type: z.enum(['DATA_SOURCE_NOT_FOUND', 'TABLE_NOT_FOUND', 'FIELD_NOT_FOUND', 'DATA_SOURCE_DOWN']),
        dataSourceId: text,
        table: text.optional(),
        field: text.optional(),
      }),
    )
    .optional(),
});

export const byId = z.object({ id: uuid });
export const productHeader = z.object({ 'x-product-name': text.describe('Letters, digits, _ and -, at most 100.') });
export const ifMatch = z.object({ 'if-match': text.optional() });

export const connection = z.object({
  id: uuid,
  productName: text.optional(),
  configName: text,
  type: z.enum(TYPE_NAMES),
  host: text,
  port: z.int(),
  databaseName: text,
  schema: text.optional(),
  userName: text,
  ssl: z.object({ mode: text }).optional().describe('Certificates and keys are never shown.'),
  metadata: metadata.optional(),
  createdAt: time,
  updatedAt: time,
});

const ssl = z.object({
  mode: text.optional().describe('One of the modes of the type; alone it keeps the certificates that are stored.'),
  ca: text.optional(),
  cert: text.optional(),
  key: text.optional(),
});

const members = {
  configName: z
    .string()
    .min(3)
    .max(100)
    .regex(/^[a-zA-Z0-9_-]+$/),
  type: z.enum(TYPE_NAMES),
  host: text,
  port: z.int().min(1).max(65_535),
  databaseName: text,
  userName: text,
  password: z.string().min(1),
};

export const newConnection = z.object({ ...members, schema: text.optional(), ssl: ssl.optional(), metadata: metadata.optional() });
export const connectionPatch = newConnection.partial().describe('What is absent or null stays as it is.');

export const listQuery = z.object({
  page: text.optional().describe('From 1.'),
  limit: text.optional().describe('From 1 to 100; 10 unless given.'),
  sortOrder: text.optional().describe('asc or desc, by the time of creation; desc unless given.'),
  type: text.optional(),
  startDate: text.optional().describe('YYYY-MM-DD.'),
  endDate: text.optional().describe('YYYY-MM-DD, included.'),
  host: text.optional(),
  databaseName: text.optional(),
});
export const page = z.object({ items: z.array(connection), page: z.int(), limit: z.int(), total: z.int() });

export const tested = z.object({ status: z.literal('success'), message: text, latencyMs: z.int() });
export const checked = z.object({ status: z.literal('success'), message: text });

export const schema = z.object({
  id: uuid,
  configName: text,
  databaseName: text,
  type: z.enum(TYPE_NAMES),
  tables: z.array(z.object({ name: text, fields: z.array(text) })),
});

const mappedFields = z
  .record(z.string(), z.record(z.string(), z.array(text)))
  .describe('Fields by table, and tables by the configName of their connection: at most 10 sources, 20 tables and 50 fields.');
export const mapping = z.object({ mappedFields });

export const newJob = z.object({ dataRequest: z.object({ mappedFields }), metadata: z.looseObject({ source: text }) });
export const startedJob = z.object({ jobId: uuid, status: text, createdAt: time, message: text });
export const job = z.object({
  id: uuid,
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  mappedFields,
  metadata: z.looseObject({}).optional(),
  createdAt: time,
  completedAt: time.optional(),
});

export const tokenRequest = z.object({ grantType: z.literal('client_credentials'), clientId: text, clientSecret: text });
export const tokenAnswer = z.object({ accessToken: text, tokenType: z.literal('Bearer'), expiresIn: z.int() });
export const probe = z.looseObject({});
