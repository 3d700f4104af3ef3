import type { Details } from '../../../domain/connection/details/details.ts';
import { configOf } from '../../../domain/posit/config-details.ts';
import { meantValue, type PositConfig, type PositTemplate } from '../../../domain/posit/template.ts';
import type { HttpAsk } from '../../kits/http/http-session.ts';

/** What a token is asked for by, besides the client itself. */
export type Grant = Readonly<Record<string, string>>;

/** Where the template's tokens are issued; null where there is no such place, or its keys do not say it. */
export function tokenUrlOf(template: PositTemplate, details: Details): string | null {
  if (template.login === null) return null;
  const config = configOf(template, details);
  const { base, paths } = template.login;
  const given = 'url' in base ? (details.loginUrl ?? base.url) : base.keys.map((name) => config[name]).find((value) => value !== undefined);
  const path = paths.map((one) => filledIn(one, config)).find((one) => one !== null);
  if (typeof given !== 'string' || path === undefined) return null;
  const url = given.includes('://') ? given : `https://${given}`;
  return path === '' ? url : `${url.replace(/\/+$/, '')}${path}`;
}

/** Null where a key in braces is not given. */
function filledIn(path: string, config: PositConfig): string | null {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  if (!names.every((name) => typeof config[name] === 'string')) return null;
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(config[name])));
}

/** The request for a token, in which the client says who it is as the config, or else its vendor, has it; null for a client without a secret. */
export function tokenRequest(template: PositTemplate, details: Details, grant: Grant): HttpAsk | null {
  const config = configOf(template, details);
  const { client_id: id, client_secret: secret } = config;
  if (typeof id !== 'string' || typeof secret !== 'string' || template.login === null) return null;
  const method = meantValue(template, config, 'token_endpoint_auth_method') ?? template.login.authMethod;
  const inForm = method === 'client_secret_post';
  const pair = [id, secret].map(encodeURIComponent).join(':');
  return {
    path: '',
    method: 'POST',
    headers: inForm ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    body: new URLSearchParams({ ...grant, ...(inForm ? { client_id: id, client_secret: secret } : {}) }),
    about: 'token',
  };
}

/** A token for the client itself. The vendor's own scope is asked for where no other is given. */
export function clientGrant(template: PositTemplate, details: Details): Grant {
  const { scopes } = configOf(template, details);
  const scope = typeof scopes === 'string' ? scopes : (template.login?.scope ?? null);
  return { grant_type: 'client_credentials', ...(scope === null ? {} : { scope }) };
}
