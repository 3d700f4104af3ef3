import type { FieldCode, Rule } from './services.ts';

/** What a body can be told for. */
export type BodyCode =
  | FieldCode
  | 'MISSING_ATTRIBUTE'
  | 'INVALID_ATTRIBUTE'
  | 'INVALID_ENUM_VALUE'
  | 'INVALID_URL'
  | 'INVALID_JSON_ATTRIBUTE';

/** What is wrong with one field. Its value is never said. */
export interface FieldProblem {
  readonly field: string;
  readonly code: BodyCode;
  readonly description: string;
}

/** What is wrong with a value that was given; null where it fits. */
export function problemWith(field: string, rule: Rule, value: unknown): FieldProblem | null {
  const problem = (code: BodyCode, description: string): FieldProblem => ({ field, code, description });
  if (rule.is === 'boolean') return typeof value === 'boolean' ? null : problem('INVALID_JSON_ATTRIBUTE', 'must be a boolean');
  if (typeof value !== 'string') return problem('INVALID_JSON_ATTRIBUTE', 'must be a string');
  if (!value.isWellFormed() || value.includes('\0')) return problem('INTEGRATION_FIELDS_INVALID', 'must be well-formed text without NUL');
  switch (rule.is) {
    case 'enum':
      return rule.values.includes(value) ? null : problem('INVALID_ENUM_VALUE', `must be one of ${rule.values.join(', ')}`);
    case 'pattern':
      return rule.pattern.test(value) ? null : problem(rule.code ?? 'INTEGRATION_FIELDS_INVALID', rule.says);
    case 'url':
      return isUrl(value, rule.secure)
        ? null
        : problem('INVALID_URL', `must be an absolute ${rule.secure ? 'https' : 'http or https'} URL of at most ${MOST_OF_URL} characters`);
    case 'template':
      return Buffer.byteLength(value) > rule.maxBytes
        ? problem('INTEGRATION_FIELDS_INVALID', `must be at most ${rule.maxBytes} bytes long`)
        : null;
    case 'text':
      return [...value].length > (rule.max ?? MOST)
        ? problem('INTEGRATION_FIELDS_INVALID', `must be at most ${rule.max ?? MOST} characters long`)
        : null;
  }
}

/** The most that a secret of any kind may hold. */
export const MOST = 65_536;
export const MOST_OF_URL = 2048;

function isUrl(value: string, secure: boolean): boolean {
  if (value.length > MOST_OF_URL || /[\s\p{Cc}]/u.test(value) || !URL.canParse(value) || !/^https?:\/\//i.test(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || (!secure && protocol === 'http:');
}
