import { expect, test } from 'vitest';
import { retentionAges } from '../../../src/domain/retention/retention.ts';

const KEPT = { leasesMs: 100, changesMs: 200, validationsMs: 300, sessionsMs: 400, eventsMs: 500 };
const LIVES = { leaseMaxMs: 24, changeTtlMs: 60 };

test('each kind of row goes once it has been kept for as long as its setting says, and not a moment before', () => {
  const { leases, changes, ...others } = retentionAges(KEPT, LIVES, 10_000);
  expect({ leases: leases.endedBy, changes: changes.endedBy, ...others }).toEqual({
    leases: 9900,
    changes: 9800,
    validations: 9700,
    sessions: 9600,
    events: 9500,
  });
});

test('what began so late that it may have lived past the bound is not even looked at', () => {
  const { leases, changes } = retentionAges(KEPT, LIVES, 10_000);
  expect({ leases: leases.endedBy - leases.begunBy, changes: changes.endedBy - changes.begunBy }).toEqual({ leases: 24, changes: 60 });
});
