import { z } from 'zod';
import { AUTH_TYPES, PLATFORM_TYPES } from '../../domain/matillion/platform-types.ts';

const PROJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const name = z.string().min(1).max(255);
const texts = z.record(z.string(), z.string());
const authType = z.enum(AUTH_TYPES);
const platformConnectionType = z.enum(PLATFORM_TYPES);

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string(),
  violations: z.array(z.string()).describe('All that is wrong, each as `member: reason`.'),
});

export const project = z.object({ projectId: z.string().regex(PROJECT_ID).describe('In lower case.') });

/** What a caller sends; which properties a connection has is told by its type. */
const givenDetails = z.object({
  description: z.string().nullish(),
  secretsLocation: texts.nullish().describe('Where the secrets are: such as type AWS_SECRET_MANAGER with region.'),
  connectionProperties: z.unknown().optional().describe('An object of texts: names of secrets, never secrets.'),
});
const given = { authType, platformConnectionType };
export const putConnection = z.object({ ...given, connectionDetails: givenDetails.nullish() });
export const postConnection = z.object({ name, ...given, authProvider: z.string().min(1).max(255), connectionDetails: givenDetails });
export const named = z.object({ connectionName: z.string() });

const details = z.object({
  description: z.string().optional(),
  connectionProperties: texts,
  secretsLocation: texts.optional(),
});
const head = { name: z.string(), platformConnectionType, authProvider: z.string(), authType };
const origin = { createdBy: z.string(), createdDate: z.string(), projectId: z.string() };
export const connection = z.object({ ...head, connectionDetails: details, ...origin });
export const created = connection.extend({ id: z.string() });

const overrides = z.object({ secretsLocation: texts.nullish(), connectionProperties: z.unknown().optional() });
export const writeOverride = z.object({
  environmentName: name,
  connectionName: z.string().min(1),
  authType,
  connectionOverrides: overrides.nullish(),
});
export const override = z.object({
  ...head,
  environmentName: z.string(),
  connectionOverrides: z.object({ secretsLocation: texts.optional(), connectionProperties: texts.optional() }),
  ...origin,
});

export const environment = z.object({ name });
export const projectEntry = z.object({ id: z.string(), name: z.string(), description: z.string().optional() });

export const secretReferenceName = /^[\w()-]{1,128}$/;
export const writeSecretReference = z.object({
  secretReferenceType: z.enum(['PASSWORD']),
  secretName: z.string().min(1).max(256),
  secretKey: z.string().min(1).max(256).nullish(),
  description: z.string().max(256).nullish(),
});
export const secretReference = z.object({
  name: z.string(),
  secretReferenceType: z.string(),
  secretName: z.string(),
  secretKey: z.string().optional(),
  description: z.string().optional(),
});

const paging = { page: z.string().optional().describe('From 0.'), size: z.string().optional().describe('1 to 100, 25 unless given.') };
export const pageQuery = z.object(paging);
export const connectionsQuery = z.object({
  ...paging,
  connectionNames: z.string().optional().describe('Separated by commas.'),
  authProvider: z.string().optional().describe('Separated by commas.'),
  platformConnectionType: z.string().optional(),
});
export const overridesQuery = z.object({ ...paging, environmentName: z.string().optional() });
export const deleteOverridesQuery = z.object({ environmentName: z.string(), connectionNames: z.string() });

export function pageOf(entry: z.ZodType) {
  return z.object({ page: z.int(), results: z.array(entry), size: z.int(), total: z.int() });
}

export const tokenRequest = z.object({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional().describe('With client_secret; or both by HTTP Basic.'),
  client_secret: z.string().optional(),
  audience: z.string().optional(),
});
export const tokenAnswer = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int(), scope: z.string() });
export const oauthError = z.object({ error: z.string(), error_description: z.string() });
