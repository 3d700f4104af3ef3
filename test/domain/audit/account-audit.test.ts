import { describe, expect, test } from 'vitest';
import { type AccountAuditFilter, eventTypeOf, isQuery, isWanted, referencesOf } from '../../../src/domain/audit/account-audit.ts';
import type { AuditRow } from '../../../src/domain/audit/audit.ts';

const row: AuditRow = {
  id: 'r',
  projectId: 'p',
  at: 1,
  actorTokenId: 't',
  actorName: 'ci',
  action: 'lease.acquire',
  entity: 'connection',
  entityId: 'c',
  details: { leaseId: 'l', version: 3, jobId: '' },
  requestId: null,
  clientIp: null,
  client: {},
  rowHmac: Buffer.alloc(0),
  seq: null,
  chainHash: null,
};
const all: AccountAuditFilter = { includesQueries: false, references: [], actor: null, role: null, eventTypes: null };

describe('the audit in the words of the lead API', () => {
  test('what signs in or out is told as that, and all else as a call', () => {
    const types = (['session.create', 'token.exchange', 'session.end', 'connection.update'] as const).map((action) =>
      eventTypeOf({ action }),
    );
    expect(types).toEqual(['USER_LOGIN', 'USER_LOGIN', 'USER_LOGOUT', 'API_CALLED']);
  });

  test('what only asks is a query, and what shows credentials is not', () => {
    expect({
      probe: isQuery({ action: 'network.probe' }),
      check: isQuery({ action: 'storage.check' }),
      credentials: isQuery({ action: 'lease.read' }),
    }).toEqual({ probe: true, check: true, credentials: false });
  });

  test('an event refers to what it is about, by the names that arguments have', () => {
    expect({ lease: referencesOf(row), system: referencesOf({ entity: 'streaming-system', entityId: 's', details: {} }) }).toEqual({
      lease: { leaseId: 'l', connectionId: 'c' },
      system: { streamingSystemId: 's' },
    });
  });

  test.each([
    { filter: {}, is: true },
    { filter: { actor: 'ci' }, is: true },
    { filter: { actor: 't' }, is: true },
    { filter: { actor: 'another' }, is: false },
    { filter: { role: 'USER' }, is: true },
    { filter: { role: 'AGENT' }, is: false },
    { filter: { eventTypes: [] }, is: true },
    { filter: { eventTypes: ['USER_LOGIN'] }, is: false },
    { filter: { references: [{ name: 'connectionId', values: null }] }, is: true },
    { filter: { references: [{ name: 'connectionId', values: ['c', 'd'] }] }, is: true },
    { filter: { references: [{ name: 'connectionId', values: ['d'] }] }, is: false },
    { filter: { references: [{ name: 'connectionId', values: [] }] }, is: false },
    { filter: { references: [{ name: 'toString', values: null }] }, is: false },
  ] as const)('$filter wants an acquired lease: $is', ({ filter, is }) => {
    expect(isWanted(row, { ...all, ...filter })).toBe(is);
  });

  test('queries are left out unless they are asked for', () => {
    const probe = { ...row, action: 'network.probe' } as const;
    expect({ unasked: isWanted(probe, all), asked: isWanted(probe, { ...all, includesQueries: true }) }).toEqual({
      unasked: false,
      asked: true,
    });
  });
});
