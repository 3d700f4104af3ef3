import type { Details } from '../connection/details/details.ts';
import { isSecretKey, type PositConfig, type PositTemplate } from './template.ts';

/** Fields of the kinds that hold what an open template does not name, as JSON. */
export const UNNAMED_KEYS = 'otherKeys';
export const UNNAMED_SECRETS = 'otherSecrets';

/** The field of a kind that holds a key. */
export function fieldOfKey(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The config of details, or of settings, which hold no secret. Fields that are no keys, such as where a vendor's login is, are left out. */
export function configOf(template: PositTemplate, details: Details): PositConfig {
  const named = template.keys.flatMap(({ name }) => {
    const value = details[fieldOfKey(name)];
    return typeof value === 'string' || typeof value === 'boolean' ? [[name, value] as const] : [];
  });
  return Object.fromEntries([...named, ...unnamedIn(details[UNNAMED_KEYS]), ...unnamedIn(details[UNNAMED_SECRETS])]);
}

function unnamedIn(text: unknown): readonly (readonly [string, string | boolean])[] {
  return typeof text === 'string' ? Object.entries(JSON.parse(text) as PositConfig) : [];
}

/** A config as the details of the template's kind. */
export function detailsOf(template: PositTemplate, config: PositConfig): Details {
  const named = new Set(template.keys.map(({ name }) => name));
  const entries = Object.entries(config);
  const unnamed = entries.filter(([name]) => !named.has(name));
  return {
    ...Object.fromEntries(entries.filter(([name]) => named.has(name)).map(([name, value]) => [fieldOfKey(name), value])),
    ...asText(
      UNNAMED_KEYS,
      unnamed.filter(([name]) => !isSecretKey(template, name)),
    ),
    ...asText(
      UNNAMED_SECRETS,
      unnamed.filter(([name]) => isSecretKey(template, name)),
    ),
  };
}

function asText(field: string, entries: readonly (readonly [string, string | boolean])[]): Details {
  return entries.length === 0 ? {} : { [field]: JSON.stringify(Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))) };
}

/**
 * What has to be changed in details to come from one config to the other: fields that stay are left out, those that go are null. A secret
 * that was sent is given although it is the same, since it may go to another destination then.
 */
export function detailChanges(template: PositTemplate, before: PositConfig, after: PositConfig, sent: readonly string[]): Details {
  const [from, to] = [detailsOf(template, before), detailsOf(template, after)];
  const named = new Set(template.keys.map(({ name }) => name));
  const fieldOf = (name: string) => (named.has(name) ? fieldOfKey(name) : UNNAMED_SECRETS);
  const again = new Set(sent.filter((name) => isSecretKey(template, name)).map(fieldOf));
  const fields = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return Object.fromEntries(
    fields.filter((field) => from[field] !== to[field] || again.has(field)).map((field) => [field, to[field] ?? null]),
  );
}
