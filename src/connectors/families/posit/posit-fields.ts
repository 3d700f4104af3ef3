import { z } from 'zod';
import type { FieldOptions } from '../../../domain/connector/field.ts';
import { secret, setting } from '../../../domain/connector/field.ts';
import { secretText, text } from '../../../domain/connector/field-types.ts';
import { fieldOfKey, UNNAMED_KEYS, UNNAMED_SECRETS } from '../../../domain/posit/config-details.ts';
import { readNamed } from '../../../domain/posit/read-value.ts';
import type { PositTemplate, TemplateKey } from '../../../domain/posit/template.ts';
import { defaultUrl, jsonObject } from '../../kits/fields.ts';

const MOST_CHARACTERS = 4096;

/** The fields of a template's kind: its keys; what it does not name where it is open; and where its vendor's login is, which no key says. */
export function positFields(template: PositTemplate): Readonly<Record<string, z.ZodType>> {
  const { login } = template;
  return {
    ...Object.fromEntries(template.keys.map((key) => [fieldOfKey(key.name), fieldOf(key)])),
    ...(template.isOpen ? UNNAMED : {}),
    ...(login !== null && 'url' in login.base ? { loginUrl: loginUrl(login.base.url) } : {}),
  };
}

function fieldOf(key: TemplateKey): z.ZodType {
  const schema = key.required === true && key.visibility === null ? schemaOf(key) : schemaOf(key).optional();
  const options = { title: key.label, description: key.description };
  if (key.isSecret) return secret(schema, options);
  return setting(schema, { ...options, identity: key.name === 'client_id', ...(key.isEndpoint ? { endpoint: SENT_TO } : {}) });
}

function schemaOf(key: TemplateKey): z.ZodType {
  if (key.isSecret) return secretText();
  if (key.form.type === 'bool') return z.boolean();
  if (key.form.type === 'select') return z.enum(key.form.values);
  return text(MOST_CHARACTERS).refine((value) => isReadable(key, value), `must be ${key.form.says}`);
}

/** A field is read as the key of a config is: what the one takes, the other takes. */
function isReadable(key: TemplateKey, value: string): boolean {
  try {
    return readNamed(key, value) === value;
  } catch {
    return false;
  }
}

/** Of a URL its origin, of anything else all of it. */
const SENT_TO: NonNullable<Exclude<FieldOptions<unknown>['endpoint'], true>> = {
  part(value) {
    if (typeof value !== 'string') return null;
    return value.includes('://') && URL.canParse(value) ? new URL(value).origin : value;
  },
};

function loginUrl(url: string) {
  return defaultUrl(url, 'Login URL', `Where tokens are issued, ${url} unless given. Posit's own configs do not have it.`);
}

const UNNAMED = {
  [UNNAMED_KEYS]: setting(jsonObject().optional(), {
    names: { leadType: 'JSONString' },
    title: 'Other keys',
    description: 'Keys of the config that have no field of their own, as a JSON object of texts and booleans.',
  }),
  [UNNAMED_SECRETS]: secret(jsonObject().optional(), {
    names: { leadType: 'JSONString' },
    secretParts: (value) => (typeof value === 'string' ? Object.values(JSON.parse(value) as Record<string, string>).map(String) : []),
    title: 'Other secrets',
    description: 'The same of keys whose names say that they are secret.',
  }),
};
