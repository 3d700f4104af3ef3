import { configRefusal } from './posit-error.ts';
import { readValue } from './read-value.ts';
import { authTypeOf, isSecretKey, type PositConfig, type PositTemplate } from './template.ts';
import { HIDDEN, hiddenIn, missingIn } from './unfit-config.ts';

/** Keys of a config, those that an open template does not name included. */
export const MOST_KEYS = 64;

export interface MergedConfig {
  readonly config: PositConfig;
  /** A secret that was sent counts as another one, whatever it says. */
  readonly isChanged: boolean;
}

/**
 * Lays what was sent over what is stored, key by key: what is not sent stays, secrets included. Null, an empty object or, of what is no
 * secret, an empty text takes a key away. What the outcome does not show any more goes, unless it was sent, which is refused as what is
 * missing is. Throws PositError, which names the key and never a value.
 */
export function mergeConfig(template: PositTemplate, stored: PositConfig, sent: Readonly<Record<string, unknown>>): MergedConfig {
  const merged = new Map(Object.entries(stored));
  const given = new Set<string>();
  for (const [name, value] of Object.entries(sent)) {
    const read = readValue(template, name, value);
    if (read === null) merged.delete(name);
    else {
      merged.set(name, read);
      given.add(name);
    }
  }
  if (merged.size > MOST_KEYS) throw configRefusal('', `is one too many: a config has at most ${MOST_KEYS}`);
  dropHidden(template, merged, given);
  requireComplete(template, Object.fromEntries(merged));
  const config = Object.fromEntries(merged);
  return { config, isChanged: [...given].some((name) => isSecretKey(template, name)) || !isSame(stored, config) };
}

/** Throws PositError where a merge would turn an integration of one sort into one of another. */
export function requireSameAuthType(template: PositTemplate, before: PositConfig, after: PositConfig): void {
  if (authTypeOf(template, before) !== authTypeOf(template, after))
    throw configRefusal('auth_type', 'may not change the authentication type of an integration', 238);
}

function dropHidden(template: PositTemplate, merged: Map<string, string | boolean>, given: ReadonlySet<string>): void {
  for (const name of hiddenIn(template, Object.fromEntries(merged))) {
    if (given.has(name)) throw configRefusal(name, HIDDEN);
    merged.delete(name);
  }
}

function requireComplete(template: PositTemplate, config: PositConfig): void {
  const missing = missingIn(template, config);
  if (missing !== null) throw configRefusal(missing.name, missing.message);
}

function isSame(before: PositConfig, after: PositConfig): boolean {
  const names = Object.keys(after);
  return names.length === Object.keys(before).length && names.every((name) => Object.hasOwn(before, name) && before[name] === after[name]);
}
