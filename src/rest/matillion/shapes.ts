import { z } from 'zod';
import { AUTH_TYPES, PLATFORM_TYPES } from '../../domain/matillion/platform-types.ts';
import { NO_NUL, ONE_LINE, SOME_LINE } from '../../domain/text/one-line.ts';
import { fitsItsType, fitsItsTypeAndProvider, openProperties } from './properties.ts';

/** The most that a page, or its number, may be. */
export const MOST_PAGE = 999_999_999;
export const MOST_SIZE = 100;
export const DEFAULT_SIZE = 25;

const PROJECT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const name = z.string().min(1).max(255).meta({ pattern: NO_NUL });
const texts = z.record(z.string(), z.string());
/** The connector says so, too. */
const givenTexts = z
  .record(z.string(), z.string().meta({ maxLength: 1024, pattern: NO_NUL }))
  .meta({ propertyNames: { minLength: 1, maxLength: 255, pattern: NO_NUL } });
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
  description: z.string().meta({ maxLength: 4096, pattern: NO_NUL }).nullish(),
  secretsLocation: givenTexts.nullish().describe('Where the secrets are: such as type AWS_SECRET_MANAGER with region.'),
  connectionProperties: z.unknown().optional().describe('An object of texts: names of secrets, never secrets.'),
});
const given = { authType, platformConnectionType };
export const putConnection = z.object({ ...given, connectionDetails: givenDetails.nullish() }).meta({ anyOf: fitsItsType() });
export const postConnection = z
  .object({
    name: name.meta({ pattern: SOME_LINE }),
    ...given,
    authProvider: z.string().min(1).max(255).meta({ pattern: ONE_LINE }),
    connectionDetails: givenDetails,
  })
  .meta({ anyOf: fitsItsTypeAndProvider() });
export const named = z.object({ connectionName: z.string().meta({ minLength: 1, pattern: NO_NUL }) });

const details = z.object({
  description: z.string().optional(),
  connectionProperties: texts,
  secretsLocation: texts.optional(),
});
const head = { name: z.string(), platformConnectionType, authProvider: z.string(), authType };
const origin = { createdBy: z.string(), createdDate: z.string(), projectId: z.string() };
export const connection = z.object({ ...head, connectionDetails: details, ...origin });
export const created = connection.extend({ id: z.string() });

const overrides = z.object({
  secretsLocation: givenTexts.nullish(),
  connectionProperties: z
    .unknown()
    .optional()
    .meta({ anyOf: [{ type: 'null' }, openProperties] })
    .describe('Those that the type and the way to authenticate of the connection have.'),
});
export const writeOverride = z.object({
  environmentName: name,
  connectionName: z.string().min(1).meta({ pattern: NO_NUL }),
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

export const secretReferenceName = /^[A-Za-z0-9_()-]{1,128}$/;
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

const whole = (minimum: number, maximum: number) => z.string().meta({ type: 'integer', minimum, maximum });
const paging = {
  page: whole(0, MOST_PAGE).optional().describe('From 0.'),
  size: whole(1, MOST_SIZE).optional().describe(`1 to ${MOST_SIZE}, ${DEFAULT_SIZE} unless given.`),
};
export const pageQuery = z.object(paging);
export const connectionsQuery = z.object({
  ...paging,
  connectionNames: z.string().optional().describe('Separated by commas.'),
  authProvider: z.string().optional().describe('Separated by commas.'),
  platformConnectionType: z.enum([...PLATFORM_TYPES, '']).optional(),
});
export const overridesQuery = z.object({ ...paging, environmentName: z.string().optional() });
export const deleteOverridesQuery = z.object({
  environmentName: z.string().meta({ minLength: 1, pattern: NO_NUL }),
  connectionNames: z.string().meta({ pattern: '^[^\\u0000]*[^,\\u0000][^\\u0000]*$' }).describe('Separated by commas.'),
});

export function pageOf(entry: z.ZodType) {
  return z.object({ page: z.int(), results: z.array(entry), size: z.int(), total: z.int() });
}

export const AUDIENCE = 'https://api.matillion.com';
/** Whatever else a form holds is a text, too: a list would give its name twice. */
export const tokenRequest = z
  .object({
    grant_type: z.literal('client_credentials'),
    client_id: z.string().optional().describe('With client_secret; or both by HTTP Basic.'),
    client_secret: z.string().optional(),
    audience: z.enum([AUDIENCE, `${AUDIENCE}/`, '']).optional(),
  })
  .catchall(z.string());
export const tokenAnswer = z.object({ access_token: z.string(), token_type: z.literal('Bearer'), expires_in: z.int(), scope: z.string() });
export const oauthError = z.object({ error: z.string(), error_description: z.string() });
