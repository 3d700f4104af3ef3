import { z } from 'zod';
import type { Rule } from '../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../domain/connector/field.ts';
import { host, httpUrl, ORIGIN, port } from '../../domain/connector/field-types.ts';
import { headerSecret, isLoopback } from '../kits/fields.ts';
import { verifiedTls } from '../kits/sql/tls.ts';

export const fields = {
  host: setting(host(), {
    endpoint: true,
    identity: true,
    title: 'Host',
    description: 'Host name or IP address of a coordinator; data.dremio.cloud, or data.eu.dremio.cloud, for Dremio Cloud.',
  }),
  port: setting(port(32010), {
    endpoint: true,
    title: 'Port',
    description: 'Port of Arrow Flight, by which jobs read: 32010 unless given, 443 for Dremio Cloud.',
  }),
  token: secret(headerSecret(), { title: 'Token', description: 'Personal access token of the user.' }),
  tls: setting(z.boolean().optional(), {
    endpoint: { part: (value) => value ?? true, stricter: (_, after) => after === true },
    title: 'TLS',
    description: 'Unless it is false the token goes over TLS alone; to this machine it may go without.',
  }),
  restUrl: setting(httpUrl().optional(), {
    endpoint: ORIGIN,
    title: 'REST URL',
    description:
      'Where the REST API answers, by which checks are made: https://<host>:9047/api/v3 unless given. Of Dremio Cloud it is https://api.dremio.cloud/v0/projects/<id of the project>, and the first project of the token unless given.',
  }),
  ssl: verifiedTls(),
};

export type DremioDetails = DetailsOf<typeof fields>;

export const rules: readonly Rule<DremioDetails>[] = [
  ({ restUrl, tls }) =>
    restUrl === undefined || tls === false || new URL(restUrl).protocol === 'https:' || isLoopback(new URL(restUrl).hostname)
      ? null
      : { path: 'restUrl', message: 'must be https, or anybody on the way could read the token; or give tls as false' },
  ({ ssl }) => (ssl?.disabled === true ? { path: 'sslOptions.disabled', message: 'is said by tls: false' } : null),
];

/** The base of the REST API: https://docs.dremio.com/current/reference/api/ and https://docs.dremio.com/cloud/reference/api/. */
export function restUrlOf({ restUrl, host: name, tls }: Pick<DremioDetails, 'restUrl' | 'host' | 'tls'>): string {
  if (restUrl !== undefined) return restUrl.replace(/\/+$/, '');
  const cloud = /^data\.((?:eu\.)?dremio\.cloud)$/i.exec(name);
  if (cloud !== null) return `https://api.${cloud[1]}/v0`;
  const isTls = tls ?? !isLoopback(name);
  return `http${isTls ? 's' : ''}://${name.includes(':') ? `[${name}]` : name}:9047/api/v3`;
}
