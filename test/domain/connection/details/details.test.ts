import { expect, test } from 'vitest';
import { MASK, parseDetails } from '../../../../src/domain/connection/details/parse-details.ts';
import { catalogue } from '../../../support/connectors/validate.ts';

test.each([
  ['is missing', {}, 'host: is required.'],
  ['has the wrong type', { host: 5432 }, 'host: must be of type string.'],
])('a field that %s is told apart from the other', (_, given, message) => {
  const connector = catalogue.find('postgres');
  if (connector === null) throw new Error('no kind postgres');
  expect(() => parseDetails(connector, { database: 'sales', user: 'loader', password: 'secret', ...given })).toThrow(message);
});

test.each([
  ['a secret', 'postgres', { host: 'db', database: 'sales', user: 'loader', password: MASK }, 'password: this is the mask'],
  [
    'a secret of a group',
    'snowflake',
    { account: 'ab12345', oauth: { clientId: 'c', clientSecret: MASK, tokenUrl: 'https://login.example.com/token' } },
    'oauth.clientSecret: this is the mask',
  ],
])('the mask shown in place of %s is never taken for one (#44)', (_, kind, given, message) => {
  const connector = catalogue.find(kind);
  if (connector === null) throw new Error(`no kind ${kind}`);
  expect(() => parseDetails(connector, given)).toThrow(message);
});
