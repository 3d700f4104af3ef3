import { describe, expect, test } from 'vitest';
import type { SealedContent, Version } from '../../../src/domain/connection/connection.ts';
import { configHash } from '../../../src/domain/version/next-version.ts';
import {
  isConfigAltered,
  isContentAltered,
  isDestructionAltered,
  isLabelAltered,
  isNumbered,
} from '../../../src/domain/version/version-check.ts';

const config = { kind: 'postgres', settings: { host: 'db.example.com' }, facets: {}, reference: null };
const version: Version = {
  ...config,
  connectionId: 'a connection',
  version: 3,
  projectId: 'sales',
  contentId: 'a content',
  candidateHash: Buffer.alloc(32),
  configHash: configHash(config),
  cipherHash: Buffer.from('sealed'),
  keyGeneration: 1,
  boundTo: null,
  rowMac: Buffer.alloc(32),
  label: 'CURRENT',
  validUntil: null,
  origin: 'change',
  restoredFrom: null,
  changeId: 'a change',
  proven: true,
  createdAt: 0,
  createdBy: null,
  retiredAt: null,
  destroyedAt: null,
};
const content: SealedContent = {
  id: 'a content',
  projectId: 'sales',
  connectionId: 'a connection',
  blob: Buffer.from('ciphertext'),
  cipherHash: Buffer.from('sealed'),
  keyGeneration: 1,
  createdAt: 0,
};

describe('what shows that a version was altered', () => {
  test.each([
    { number: 1, before: null, gap: 0, is: true },
    { number: 4, before: { version: 3 }, gap: 0, is: true },
    { number: 5, before: { version: 3 }, gap: 0, is: false },
    { number: 104, before: { version: 3 }, gap: 100, is: true },
    { number: 2, before: null, gap: 0, is: false },
  ])('its number: $number behind $before, where $gap are left out, fits: $is', ({ number, before, gap, is }) => {
    expect(isNumbered({ version: number }, before, gap)).toBe(is);
  });

  test('its settings', () => {
    expect({ same: isConfigAltered(version), another: isConfigAltered({ ...version, settings: { host: 'evil' } }) }).toEqual({
      same: false,
      another: true,
    });
  });

  test.each([
    { what: 'its own', given: content, is: false },
    { what: 'none, as of a reference', given: null, is: false },
    { what: 'another', given: { ...content, cipherHash: Buffer.from('other') }, is: true },
    { what: "another connection's", given: { ...content, connectionId: 'another' }, is: true },
    { what: 'sealed anew, before the version is', given: { ...content, cipherHash: Buffer.from('other'), keyGeneration: 2 }, is: false },
  ])('its sealed content, which is $what: $is', ({ given, is }) => {
    expect(isContentAltered(version, given)).toBe(is);
  });

  test.each([
    { destroyedAt: null, label: 'CURRENT', given: content, is: false },
    { destroyedAt: 5, label: 'RETIRED', given: { ...content, blob: null }, is: false },
    { destroyedAt: 5, label: 'RETIRED', given: content, is: true },
    { destroyedAt: 5, label: 'PREVIOUS', given: { ...content, blob: null }, is: true },
    { destroyedAt: 5, label: 'RETIRED', given: null, is: true },
  ] as const)('that it was destroyed at $destroyedAt as $label: $is', ({ destroyedAt, label, given, is }) => {
    expect(isDestructionAltered({ destroyedAt, label }, given)).toBe(is);
  });

  const reference = { provider: 'env', path: 'MCD_SALES', key: null } as const;
  test.each([
    { what: 'CURRENT and newest', row: version, connection: { currentVersion: 3, isActive: true }, is: false },
    { what: 'CURRENT and not newest', row: version, connection: null, is: true },
    { what: 'newest and not CURRENT', row: { ...version, label: 'PREVIOUS' }, connection: { currentVersion: 3, isActive: true }, is: true },
    { what: 'an older one', row: { ...version, label: 'RETIRED' }, connection: null, is: false },
    { what: 'CURRENT while the connection points elsewhere', row: version, connection: { currentVersion: 2, isActive: true }, is: true },
    {
      what: 'a reference in use, bound nowhere',
      row: { ...version, reference },
      connection: { currentVersion: 3, isActive: true },
      is: true,
    },
    {
      what: 'a reference that is not in use yet',
      row: { ...version, reference },
      connection: { currentVersion: 3, isActive: false },
      is: false,
    },
  ] as const)('its label, on $what: $is', ({ row, connection, is }) => {
    expect(isLabelAltered(row, connection)).toBe(is);
  });
});
