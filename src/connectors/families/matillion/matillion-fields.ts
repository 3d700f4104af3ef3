import { z } from 'zod';
import { setting } from '../../../domain/connector/field.ts';
import { text } from '../../../domain/connector/field-types.ts';
import { AUTH_TYPES } from '../../../domain/matillion/platform-types.ts';

/** JSON given as an object or as its text, and kept as an object. */
function json<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => (typeof value === 'string' ? parsed(value) : value), schema);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

const clean = (value: string) => value.isWellFormed() && !value.includes('\0');
const line = z.string().max(1024).refine(clean, 'must be well-formed text without NUL');
const names = z.string().min(1).max(255).refine(clean, 'must be well-formed text without NUL');
const texts = z.record(names, line);
const override = z.strictObject({ secretsLocation: texts.optional(), connectionProperties: texts.optional() });
const JSON_STRING = { leadType: 'JSONString' } as const;

/** None of it is secret: what is secret stays in a vault, and is named here. */
export const MATILLION_FIELDS = {
  authProvider: setting(text(255), {
    identity: true,
    title: 'Authentication provider',
    description: 'Who is authenticated with: NONE for a plain login, the id of a connector such as salesforce, or aws, gcp or azure.',
  }),
  authType: setting(z.enum(AUTH_TYPES), { title: 'Authentication type', description: 'How a job authenticates.' }),
  description: setting(z.string().max(4096).refine(clean, 'must be well-formed text without NUL').optional(), {
    title: 'Description',
    description: 'What the connection is for.',
  }),
  secretsLocation: setting(json(texts).optional(), {
    names: JSON_STRING,
    title: 'Location of the secrets',
    description:
      'Where the named secrets are, such as type AWS_SECRET_MANAGER and region; where the project keeps its secrets unless given.',
  }),
  connectionProperties: setting(json(texts), {
    names: JSON_STRING,
    title: 'Properties',
    description:
      'Names of secrets and of their members, such as secretName and secretKey, and what else the provider wants. Never a secret.',
  }),
  environmentOverrides: setting(json(z.record(names, override)).optional(), {
    names: JSON_STRING,
    title: 'Overrides by environment',
    description: 'By the name of an environment: location and properties that its jobs have in place of those above.',
  }),
};
