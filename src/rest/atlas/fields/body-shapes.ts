import { NO_NUL, ONE_LINE } from '../../../domain/text/one-line.ts';
import { MOST, MOST_OF_URL } from './field-problems.ts';
import { type AtlasService, type Rule, SERVICES, type ServiceField } from './services.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * For the document, in JSON Schema: what the body of each service is, titled by the type that its path names. One that replaces keeps secrets
 * that it leaves out. Nothing is checked by it.
 */
export function bodiesOf(purpose: 'create' | 'replace'): object[] {
  return SERVICES.map((service) => bodyOf(service, purpose));
}

function bodyOf({ type, fields, alwaysNull = [] }: AtlasService, purpose: 'create' | 'replace'): JsonSchema {
  const isNeeded = ({ required, mask }: ServiceField) => required === true && (purpose === 'create' || mask === undefined);
  return {
    title: type,
    properties: {
      ...Object.fromEntries(alwaysNull.map((name) => [name, { type: 'null' }])),
      ...Object.fromEntries(fields.map((field) => [field.name, fieldShape(field, isNeeded(field), purpose)])),
      type: { enum: [type, null] },
    },
    required: fields.filter(isNeeded).map(({ name }) => name),
  };
}

/** A mask that comes back stands for what is stored. That of a URL is one itself. */
const SENT_BACK = { type: 'string', pattern: '^(\\*+|\\*{4,}.{4})$' };

function fieldShape({ rule, nullable, required, mask }: ServiceField, isNeeded: boolean, purpose: 'create' | 'replace'): JsonSchema {
  // What is stored in clear is one line.
  const value = schemaOf(rule, mask === undefined ? ONE_LINE : NO_NUL);
  if (isNeeded && nullable !== true) return value;
  const empty = required === true || rule.is === 'boolean' ? [null] : [null, ''];
  const masks = purpose === 'replace' && mask !== undefined && mask !== 'none' ? [SENT_BACK] : [];
  return { anyOf: [value, ...masks, { enum: empty }] };
}

function schemaOf(rule: Rule, text: string): JsonSchema {
  switch (rule.is) {
    case 'boolean':
      return { type: 'boolean' };
    case 'enum':
      return { enum: rule.values };
    case 'pattern':
      return { type: 'string', pattern: rule.pattern.source };
    case 'url':
      return {
        type: 'string',
        maxLength: MOST_OF_URL,
        pattern: `^http${rule.secure ? 's' : 's?'}://[^\\s\\ufeff\\u0000-\\u001f\\u007f-\\u009f]+$`,
      };
    case 'template':
      return { type: 'string', minLength: 1, maxLength: rule.maxBytes, pattern: text };
    case 'text':
      return { type: 'string', minLength: 1, maxLength: rule.max ?? MOST, pattern: rule.sentAs === 'header' ? '^[!-~]+$' : text };
  }
}
