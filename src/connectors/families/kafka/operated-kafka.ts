import { z } from 'zod';
import type { Rule } from '../../../domain/connector/connector.ts';
import { type DetailsOf, secret, setting } from '../../../domain/connector/field.ts';
import { httpUrl, ORIGIN } from '../../../domain/connector/field-types.ts';
import { headerValue, isHeaderWord, isLoopback, word } from '../../kits/fields.ts';
import { type Meanings, says } from '../../kits/problems.ts';
import { byMode } from '../../kits/rules.ts';
import { KAFKA_REFUSALS } from './kafka-refusals.ts';

/** A Kafka that its owner operates, behind a REST server. Two kinds share this input of the lead API, so they share these fields. */
export const fields = {
  cluster: setting(word(/^[\w.-]+$/, 'must be the id of a cluster'), {
    identity: true,
    title: 'Cluster',
    description: 'Id of the cluster.',
  }),
  authType: setting(z.enum(['NO_AUTH', 'BASIC', 'BEARER']), {
    names: { leadType: 'AuthType' },
    title: 'Login',
    description: 'NO_AUTH, or BASIC or BEARER with authToken.',
  }),
  authToken: secret(headerValue().optional(), {
    title: 'Token',
    description: 'For BASIC, user and password as user:password or its base64; for BEARER, the token.',
  }),
  url: setting(httpUrl(), {
    endpoint: ORIGIN,
    identity: true,
    title: 'URL',
    description: 'Address of the REST server; https where a token is sent, unless it is on this machine.',
  }),
};

export type OperatedKafka = DetailsOf<typeof fields>;

export const rules: readonly Rule<OperatedKafka>[] = [
  byMode('authType', { NO_AUTH: [], BASIC: ['authToken'], BEARER: ['authToken'] }),
  ({ authType, authToken = '' }) =>
    authType !== 'BEARER' || isHeaderWord(authToken) ? null : { path: 'authToken', message: 'must be a token without blanks' },
  ({ url, authToken }) =>
    authToken === undefined || url.startsWith('https:') || isLoopback(new URL(url).hostname)
      ? null
      : { path: 'url', message: 'must be https, since anybody on the way could read the token' },
];

export function authorization({ authType, authToken = '' }: OperatedKafka): Readonly<Record<string, string>> {
  switch (authType) {
    case 'NO_AUTH':
      return {};
    case 'BEARER':
      return { authorization: `Bearer ${authToken}` };
    case 'BASIC':
      return { authorization: `Basic ${authToken.includes(':') ? Buffer.from(authToken).toString('base64') : authToken}` };
  }
}

/** A server that wants a login has refused nobody where nobody signed in. */
export const REFUSALS: Meanings<OperatedKafka> = {
  ...KAFKA_REFUSALS,
  401: ({ authType }) =>
    authType === 'NO_AUTH'
      ? says('ACCESS_DENIED', 'The server wants a login, and authType is NO_AUTH.', 'Give authType BASIC or BEARER, and authToken.')
      : KAFKA_REFUSALS[401],
};
