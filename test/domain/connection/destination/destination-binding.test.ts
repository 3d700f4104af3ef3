import { describe, expect, test } from 'vitest';
import { boundAs, standingOf } from '../../../../src/domain/connection/destination/destination-binding.ts';
import { catalogue } from '../../../support/connectors/validate.ts';

const connector = catalogue.find('postgres');
if (connector === null) throw new Error('no kind postgres');
const parts = { kind: 'postgres', host: 'db.example.com', port: 5432 };
const bound = (member: string, to: object = {}) => ({ member, parts: { ...parts, ...to } });

test.each([
  { what: 'one that was never used', members: [''], known: [], is: 'unbound' },
  { what: 'one that goes where it went before', members: [''], known: [bound('')], is: 'allowed' },
  { what: 'one that goes where it may go besides', members: [''], known: [bound('', { host: 'other' }), bound('')], is: 'allowed' },
  { what: 'one that goes elsewhere', members: [''], known: [bound('', { host: 'other' })], is: 'refused' },
  { what: 'one of which another member goes elsewhere', members: ['/a'], known: [bound('/b', { host: 'other' })], is: 'unbound' },
  { what: 'one with a name that was never used', members: ['', '/connect_args'], known: [bound('')], is: 'unbound' },
  {
    what: 'one with a name that goes elsewhere',
    members: ['/connect_args', ''],
    known: [bound('', { port: 5433 })],
    is: 'refused',
  },
] as const)('a secret that does not say where it is sent: $what is $is', ({ members, known, is }) => {
  expect(standingOf({ connector, members, parts }, known)).toBe(is);
});

describe('what a version that a change becomes is bound to', () => {
  const reference = { provider: 'env', path: 'MCD_SALES', key: null } as const;
  const boundTo = Buffer.from('where it leads');

  test('the destination that its reference leads to, once it is put into use', () => {
    expect(boundAs({ reference }, { boundTo }, true)).toBe(boundTo);
  });

  test('nothing while its connection is inactive and it has no proof: it is bound when it is put into use', () => {
    expect(boundAs({ reference }, { boundTo }, false)).toBeNull();
  });

  test('nothing without a reference', () => {
    expect(boundAs({ reference: null }, { boundTo: null }, true)).toBeNull();
  });

  test('a reference that nobody has looked at is not put into use', () => {
    expect(() => boundAs({ reference }, { boundTo: null }, true)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});
