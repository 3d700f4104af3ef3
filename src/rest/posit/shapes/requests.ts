import { z } from 'zod';
import { GRANT, SUBJECTS, TOKEN_TYPES } from '../../../domain/posit/exchange.ts';
import { MOST_DESCRIPTION, MOST_NAME } from '../../../domain/posit/integration.ts';
import { GUID } from '../../../domain/posit/permissions.ts';
import { anyCase } from '../../kit/any-case.ts';
import { ACCESS_LIST, integration } from './answers.ts';
import { templatesWithConfigs } from './configs.ts';

/** Members of an integration that clients may send back as they are, and those that may have any value then. */
export const FIXED = ['id', 'guid', 'created_time', 'updated_time', 'auth_type', 'template'] as const;
export const IGNORED = ['content_count', 'environment_variables'] as const;
/** As callers write it. What is none is refused by who reads it, each in a number of its own. */
const givenGuid = z.string().meta({ pattern: GUID.source.replaceAll('a-f', 'A-Fa-f') });
export const byGuid = z.object({ guid: givenGuid });
export const byKey = z.object({ key: z.string() });
const givenPermission = z
  .strictObject({
    user_guid: givenGuid.nullish(),
    group_guid: givenGuid.nullish(),
    // Of what was read and is sent back.
    id: z.unknown().optional(),
    guid: z.unknown().optional(),
    integration_guid: z.unknown().optional(),
  })
  .meta({ oneOf: ['user_guid', 'group_guid'].map((name) => ({ required: [name], properties: { [name]: { type: 'string' } } })) });
const texts = {
  name: z.string().meta({ maxLength: MOST_NAME }).nullish(),
  description: z.string().meta({ maxLength: MOST_DESCRIPTION }).nullish(),
  [ACCESS_LIST]: z.array(givenPermission).nullish(),
};
/** R sends an empty list for an empty object. */
const emptyList = z.array(z.unknown()).max(0);
const config = z
  .union([z.record(z.string(), z.unknown()), emptyList.transform(() => ({}))])
  .describe('Merged key by key: null takes a key away, and what is not sent stays, secrets included. Its keys are those of the template.');
/** What is read of a creation: which keys a config has is looked at after that. */
export const creation = z.strictObject({ ...texts, template: z.string().nullish(), config: config.nullish() });
/** The same, as the document has it: a config for each template. */
export const newIntegration = z.union(templatesWithConfigs().map((both) => z.strictObject({ ...texts, ...both })));
/** What clients read and send back; none of it can be changed. */
const fixed = Object.fromEntries(FIXED.map((name) => [name, integration.shape[name].nullish().describe('As it is.')]));
const ignored = Object.fromEntries(IGNORED.map((name) => [name, z.unknown().optional().describe('Not looked at.')]));
export const update = z.strictObject({ ...texts, config: config.nullish() });
export const integrationUpdate = z.union([z.strictObject({ ...update.shape, ...fixed, ...ignored }), emptyList]);
export const associations = z.array(z.looseObject({ oauth_integration_guid: givenGuid }));
/** As Python's SDK and others write them, in any case. */
export const YES = ['true', '1', 't'];
export const NO = ['', 'false', '0', 'f'];
export const sessionQuery = z.object({
  all: z
    .string()
    .meta({ pattern: anyCase(`^(?:${[...YES, ...NO].join('|')})$`) })
    .optional()
    .describe('Of all users, for administrators.'),
});
/** Whatever else a form holds is a text, too: a list would give its name twice. */
export const exchange = z
  .object({
    grant_type: z.literal(GRANT),
    subject_token_type: z.enum(Object.keys(SUBJECTS)),
    subject_token: z.string().min(1),
    requested_token_type: z.enum(['', ...Object.values(TOKEN_TYPES)]).optional(),
    audience: z.string().optional(),
  })
  .catchall(z.string());
