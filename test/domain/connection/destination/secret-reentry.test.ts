import { describe, expect, test } from 'vitest';
import { secretsToReenter } from '../../../../src/domain/connection/destination/secret-reentry.ts';
import { mergeDetails } from '../../../../src/domain/connection/details/merge-details.ts';
import { readWireDetails } from '../../../../src/domain/connection/details/wire-details.ts';
import { catalogue } from '../../../support/connectors/validate.ts';

const connector = (() => {
  const found = catalogue.find('postgres');
  if (found === null) throw new Error('no kind postgres');
  return found;
})();
const base = { host: 'db.example.com', port: 5432, database: 'sales', user: 'loader', password: 'secret', ssl: { verifyIdentity: true } };
const reentered = (from: object, given: object) => secretsToReenter(connector, { ...from }, { ...from, ...given }, { ...given });

describe('secrets are asked for again when their destination changes, and not otherwise', () => {
  test.each<[string, object, object, readonly string[]]>([
    ['another host', base, { host: 'evil.example.com' }, ['password']],
    ['another port', base, { port: 5433 }, ['password']],
    ['a host of the same name', base, { host: 'db.example.com' }, []],
    ['another database, where the same server gets it', base, { database: 'hr' }, []],
    ['another host, with the secret', base, { host: 'other.example.com', password: 'again' }, []],
    ['looser TLS', base, { ssl: undefined }, ['password']],
    ['stricter TLS', { ...base, ssl: undefined }, { ssl: { verifyIdentity: true } }, []],
    ['the same TLS', base, { ssl: { verifyIdentity: true } }, []],
  ])('%s', (_, from, given, expected) => {
    expect(reentered(from, given)).toEqual(expected);
  });
});

describe('changes are laid over what is stored', () => {
  test('what is absent is kept, null clears, and a value sets', () => {
    expect(mergeDetails(connector, base, { user: null, database: 'hr' })).toEqual({
      host: 'db.example.com',
      port: 5432,
      database: 'hr',
      password: 'secret',
      ssl: { verifyIdentity: true },
    });
  });

  test('a group is replaced whole, and an empty one clears it', () => {
    const merged = (ssl: object) => mergeDetails(connector, base, { ssl }).ssl;
    expect({ given: merged({ verifyCert: true }), empty: merged({}), cleared: merged({ verifyIdentity: null }) }).toEqual({
      given: { verifyCert: true },
      empty: undefined,
      cleared: undefined,
    });
  });

  test('a field is given once, or twice alike, in whatever spelling', () => {
    const given = (wire: object) => () => readWireDetails(connector, { ...wire });
    expect(given({ dbName: 'sales', db_name: 'sales' })()).toEqual({ database: 'sales' });
    expect(given({ dbName: 'sales', db_name: 'hr' })).toThrow(expect.objectContaining({ code: 'BAD_REQUEST' }));
  });

  test('a field that the kind does not have is refused, and its value is not repeated', () => {
    expect(() => readWireDetails(connector, { sslrootcert: '/etc/CNRY' })).toThrow(
      expect.objectContaining({ code: 'UNKNOWN_OPTION', message: expect.not.stringContaining('CNRY') }),
    );
  });
});
