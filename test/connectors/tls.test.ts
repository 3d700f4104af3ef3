import { expect, test } from 'vitest';
import { secretsToReenter } from '../../src/domain/connection/destination/secret-reentry.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { catalogue } from '../support/connectors/validate.ts';

const AUTHORITY = '-----BEGIN CERTIFICATE-----\none\n-----END CERTIFICATE-----';
const ANOTHER = '-----BEGIN CERTIFICATE-----\ntwo\n-----END CERTIFICATE-----';

const STEPS: readonly (readonly [string, object | undefined, object | undefined, 'kept' | 'again'])[] = [
  ['TLS that was not asked for is required', undefined, { skipCertVerification: true }, 'kept'],
  ['verification is turned on', { skipCertVerification: true }, { verifyCert: true }, 'kept'],
  ['the name is verified, too', { verifyCert: true }, { verifyCert: true, verifyIdentity: true }, 'kept'],
  ['an authority is added', undefined, { caData: AUTHORITY }, 'kept'],
  ['TLS is turned on', { disabled: true }, {}, 'kept'],
  ['TLS is turned off', undefined, { disabled: true }, 'again'],
  ['verification is turned off', { verifyCert: true }, { skipCertVerification: true }, 'again'],
  ['the name is no longer verified', { verifyIdentity: true }, { verifyCert: true }, 'again'],
  ['TLS is no longer asked for', { verifyCert: true }, undefined, 'again'],
  ['the authority is replaced', { caData: AUTHORITY }, { caData: ANOTHER }, 'again'],
  ['the authority is taken away', { caData: AUTHORITY }, { verifyIdentity: true }, 'again'],
];

test.each(STEPS)(
  'a stored secret is kept where TLS becomes stricter, and given again where it does not: %s',
  (_, before, after, expected) => {
    const connector = catalogue.find('postgres');
    if (connector === null) throw new Error('no kind postgres');
    const details = (ssl: object | undefined) =>
      parseDetails(connector, { host: 'h', database: 'd', user: 'u', password: 'p', ...(ssl === undefined ? {} : { ssl }) });
    const asked = secretsToReenter(connector, details(before), details(after), { ssl: after });
    expect(asked).toEqual(expected === 'kept' ? [] : ['password']);
  },
);
