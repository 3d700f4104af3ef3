import { z } from 'zod';
import { NO_NUL } from '../../../domain/text/one-line.ts';
import { TYPE_NAMES } from '../rules/types.ts';
import { MOST as MOST_MAPPED } from '../sources/mapped-fields.ts';

export const uuid = z.uuid();
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

const mapped = { minLength: 1, maxLength: MOST_MAPPED.characters, pattern: NO_NUL };
export const mappedFields = z
  .record(
    z.string(),
    z
      .record(z.string(), z.array(text.meta(mapped)).meta({ maxItems: MOST_MAPPED.fields }))
      .meta({ propertyNames: mapped, maxProperties: MOST_MAPPED.tables }),
  )
  .meta({ propertyNames: mapped, minProperties: 1, maxProperties: MOST_MAPPED.sources })
  .describe('Fields by table, and tables by the configName of their connection: at most 10 sources, 20 tables and 50 fields.');
export const startedJob = z.object({ jobId: uuid, status: text, createdAt: time, message: text });
export const job = z.object({
  id: uuid,
  status: z.enum(['pending', 'processing', 'completed', 'failed']),
  mappedFields,
  metadata: z.looseObject({}).optional(),
  createdAt: time,
  completedAt: time.optional(),
});

export const tokenAnswer = z.object({ accessToken: text, tokenType: z.literal('Bearer'), expiresIn: z.int() });
export const probe = z.looseObject({});
