import { isOpenUrl } from '../connection/details/open-url.ts';
import { MASK } from '../connection/details/parse-details.ts';
import { isOneLine } from '../text/one-line.ts';
import { configRefusal } from './posit-error.ts';
import { isSecretKey, type PositTemplate, type TemplateKey } from './template.ts';

/** Characters of a value that is stored in clear, and of a secret. */
export const MOST_CLEAR = 4096;
export const MOST_SECRET = 65_536;

/** Keys that an open template does not name. */
export const UNNAMED_KEY = /^[A-Za-z][A-Za-z0-9_]{0,62}$/;

/** The value of a key as it is stored; null where it takes the key away. Throws PositError. */
export function readValue(template: PositTemplate, name: string, value: unknown): string | boolean | null {
  const key = template.keys.find((one) => one.name === name);
  if (key === undefined && !(template.isOpen && UNNAMED_KEY.test(name)))
    throw configRefusal(
      name,
      `is not defined for template '${template.id}', whose keys are ${template.keys.map((one) => one.name).join(', ')}`,
    );
  if (isNothing(value)) return null;
  if (isSecretKey(template, name)) return readSecret(name, value);
  if (value === '') return null;
  return key === undefined ? readUnnamed(name, value) : readNamed(key, value);
}

/** R's NULL within a list comes as an empty object, and its empty list as an empty array. */
function isNothing(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** An empty secret is usually a variable that was not set: it is refused, since nobody could see what became of it. */
function readSecret(name: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw configRefusal(name, 'must be a text that is not empty');
  if (value === MASK) throw configRefusal(name, 'is the mask shown in place of a secret: leave the key out to keep it');
  if (value.length > MOST_SECRET || !value.isWellFormed() || value.includes('\0'))
    throw configRefusal(name, `must be well-formed text of at most ${MOST_SECRET} characters`);
  return value;
}

function readUnnamed(name: string, value: unknown): string | boolean {
  return typeof value === 'boolean' ? value : readLine(name, value, 'must be a text or a boolean');
}

export function readNamed({ name, form }: TemplateKey, value: unknown): string | boolean {
  switch (form.type) {
    case 'bool':
      return readBoolean(name, value);
    case 'select':
      if (typeof value !== 'string' || !form.values.includes(value)) throw configRefusal(name, `must be one of ${form.values.join(', ')}`);
      return value;
    case 'text': {
      const line = readLine(name, value, `must be a text: ${form.says}`);
      if (!new RegExp(`^(?:${form.pattern})$`, 'u').test(line) || (form.isUrl && !isOpenAddress(line)))
        throw configRefusal(name, `must be ${form.says}`);
      return line;
    }
  }
}

/** rsconnect makes texts of all that it sends. */
function readBoolean(name: string, value: unknown): boolean {
  const read = typeof value === 'string' ? value.toLowerCase() : value;
  if (read === true || read === 'true') return true;
  if (read === false || read === 'false') return false;
  throw configRefusal(name, 'must be true or false');
}

function readLine(name: string, value: unknown, says: string): string {
  if (typeof value !== 'string') throw configRefusal(name, says);
  if (value.length > MOST_CLEAR || !isOneLine(value)) throw configRefusal(name, `must be one line of at most ${MOST_CLEAR} characters`);
  return value;
}

/** What is stored in clear holds no credentials; a bare host means https. */
function isOpenAddress(value: string): boolean {
  return isOpenUrl(value.includes('://') ? value : `https://${value}`);
}
