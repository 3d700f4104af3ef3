/**
 * An integration of Posit Connect is made from a template, which says what its config holds. One table of data, `templates.ts`, is what
 * configs are checked by, what says which of their keys are secret, what is served as the templates, and what the kinds `posit-<template>`
 * are made of.
 */
export interface PositTemplate {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** False for a name of before, which is taken and not listed. */
  readonly isListed: boolean;
  /** The vendor's names of its keys are not all public: others are stored, too, and those that sound like secrets as secrets. */
  readonly isOpen: boolean;
  /** In the order in which a form shows them. */
  readonly keys: readonly TemplateKey[];
  /** Groups of keys, of each of which at least one is required. */
  readonly oneOf: readonly (readonly string[])[];
  readonly environmentVariables: readonly string[];
  /** The key that names the role of AWS which a service account is; null where a service account has a token endpoint. */
  readonly roleKey: string | null;
  /** Scopes of which users need one to stay signed in when an access token ends; none where the vendor knows no such scope. */
  readonly refreshScopes: readonly string[];
  readonly login: TemplateLogin;
}

export interface TemplateKey {
  /** As the config has it, in snake_case. */
  readonly name: string;
  readonly label: string;
  readonly description: string;
  readonly form: KeyForm;
  readonly isSecret: boolean;
  /** True, or the condition under which it is. */
  readonly required: boolean | Visibility;
  /** Under which condition it may be given; null for always. */
  readonly visibility: Visibility | null;
  /** What is meant where it is left out; nothing is stored of it. */
  readonly default: string | boolean | null;
  /** Secrets are sent where it says. */
  readonly isEndpoint: boolean;
}

export type KeyForm =
  | { readonly type: 'bool' }
  | { readonly type: 'select'; readonly values: readonly string[] }
  /** `pattern` is a regular expression over the whole value, as it is served. */
  | { readonly type: 'text'; readonly pattern: string; readonly says: string; readonly isUrl: boolean };

/** As it is served. */
export type Visibility =
  | { readonly name: string; readonly value: string }
  | { readonly operator: 'and' | 'or'; readonly operands: readonly Visibility[] };

/** How id and secret of the client are proven and tokens are got; null where there is nothing to ask. */
export type TemplateLogin = {
  /** Where tokens are issued: the first of these keys that is given, or a service of that address. */
  readonly base: { readonly keys: readonly string[] } | { readonly url: string };
  /** Below it, with keys in braces: the first path whose keys are all given. */
  readonly paths: readonly string[];
  /** How the client says who it is, where no key says it. */
  readonly authMethod: 'client_secret_post' | 'client_secret_basic';
  /**
   * What is asked without a user: a token for the client itself, whatever the auth type says; or only where that is Service Account, and
   * else a token for a refresh token that does not exist; or GitHub's exchange of a code that does not exist.
   */
  readonly probe: 'client' | 'by-auth-type' | 'github';
  /** What is asked for where no scopes are given, or where the vendor takes no others. */
  readonly scope: string | null;
  /** Invalid grant is also said of a wrong pair. */
  readonly isAmbiguous: boolean;
} | null;

/** Values of a config by its keys. */
export type PositConfig = Readonly<Record<string, string | boolean>>;

/** True of a condition on the values that are given, or meant where nothing is given. */
export function holds(condition: boolean | Visibility | null, template: PositTemplate, config: PositConfig): boolean {
  if (condition === null) return true;
  if (typeof condition === 'boolean') return condition;
  if ('name' in condition) return String(meantValue(template, config, condition.name) ?? '') === condition.value;
  const held = condition.operands.map((operand) => holds(operand, template, config));
  return condition.operator === 'and' ? held.every(Boolean) : held.some(Boolean);
}

/** What is given, or what is meant where it is not. */
export function meantValue(template: PositTemplate, config: PositConfig, name: string): string | boolean | null {
  return config[name] ?? template.keys.find((key) => key.name === name)?.default ?? null;
}

export type PositAuthType = 'Viewer' | 'Service Account' | 'Visitor API Key';

/** Who signs in with it, which template and config say together. */
export function authTypeOf(template: PositTemplate, config: PositConfig): PositAuthType {
  const value = meantValue(template, config, 'auth_type');
  return value === 'Service Account' || value === 'Visitor API Key' ? value : 'Viewer';
}

/** The role of AWS that a service account is; null of whatever signs users in, or has a token endpoint. */
export function accountRoleOf(template: PositTemplate, config: PositConfig): string | null {
  const role = template.roleKey === null ? undefined : config[template.roleKey];
  return typeof role === 'string' && authTypeOf(template, config) === 'Service Account' ? role : null;
}

/** What is to be added to `scopes` so that users are not logged out whenever an access token ends; null where nothing is. */
export function missingRefreshScope(template: PositTemplate, config: PositConfig): string | null {
  const { refreshScopes } = template;
  const asked = String(config.scopes ?? '').split(/\s+/);
  if (authTypeOf(template, config) !== 'Viewer' || refreshScopes.some((scope) => asked.includes(scope))) return null;
  return refreshScopes.length === 0 ? null : refreshScopes.join(' or ');
}

export const SOUNDS_SECRET = /secret|password|private_key/i;

/** True of a key that is stored as a secret, also of one that an open template does not name. */
export function isSecretKey(template: PositTemplate, name: string): boolean {
  return template.keys.find((key) => key.name === name)?.isSecret ?? SOUNDS_SECRET.test(name);
}
