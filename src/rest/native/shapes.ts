import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors/errors.ts';
import { SOME_LINE } from '../../domain/text/one-line.ts';
import { ONE_TAG } from '../kit/http/etag.ts';

const time = z.iso.datetime().describe('RFC 3339, UTC.');
const uuid = z.uuid();
const json = z.record(z.string(), z.unknown());
const key = z.string().min(1).max(200);
const version = z.int().min(1);
const seconds = z.int().min(1).max(86_400);

export const CODES = Object.keys(ERROR_CODES) as [ErrorCode, ...ErrorCode[]];

export const problem = z.looseObject({
  type: z.string().describe('urn:changeover:error: and the code.'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(CODES),
  next: z.string().describe('What the caller does next.'),
});

export const byId = z.object({ id: uuid });

export const byName = z.object({ name: z.string().min(1).max(200).describe('The name that is shown, in whole.') });

export const connection = z.object({
  id: uuid,
  name: z.string(),
  kind: z.string(),
  integration: z.object({ id: uuid, name: z.string(), category: z.string() }),
  labels: z.record(z.string(), z.string()),
  isActive: z.boolean(),
  version: version.describe('The CURRENT version, which is the ETag, too.'),
  settings: json.describe('Public settings of that version; never a secret.'),
  createdAt: time,
  updatedAt: time,
});

export const connections = z.object({ connections: z.array(connection) });

export const ifMatch = z.object({
  'if-match': z.string().regex(ONE_TAG).optional().describe('The ETag of the version that the caller has seen; of one alone.'),
});

export const change = z.object({
  id: uuid,
  connectionId: uuid,
  purpose: z.enum(['create', 'update', 'roll-back']),
  state: z.enum(['OPEN', 'PENDING', 'COMMITTED', 'DISCARDED']),
  kind: z.string(),
  baseVersion: version.nullable(),
  changedFields: z.array(z.string()).describe('Names, never values.'),
  expiresAt: time,
  committedVersion: version.nullable(),
  committedAt: time.nullable(),
  waitUntil: time.nullable().describe('PENDING: given up then.'),
});
export const stageChange = z.strictObject({
  changes: json.describe('Fields in any spelling of the kind: one that is left out keeps its value, null clears it.'),
  replace: z.boolean().optional().describe('They are the whole details: what is left out is cleared.'),
});
export const stagedChange = z.object({ change, key: key.describe('Shown this once: it validates and commits the change.') });

export const validate = z.strictObject({
  key,
  validator: z.string().min(1).max(200).optional().describe('All of them unless one is named.'),
});
const problems = z.array(z.object({ code: z.string(), cause: z.string(), friendlyMessage: z.string(), resolution: z.string() }));
export const validations = z.object({
  validations: z.array(
    z.object({
      validator: z.string(),
      description: z.string(),
      status: z.enum(['passed', 'warning', 'failed', 'skipped']),
      errors: problems,
      warnings: problems,
    }),
  ),
});

const inFlight = {
  waitSeconds: seconds.optional().describe('Under WAIT: given up after this; an hour unless it is said.'),
  acceptPermissionLosses: z.boolean().optional(),
  breakGlassReason: z.string().min(1).max(500).meta({ pattern: SOME_LINE }).optional(),
};
export const commit = z.strictObject({ key, ...inFlight });
export const rollBack = z
  .strictObject({
    version: version.optional().describe('The version to go back to; the newest PREVIOUS one unless it is named.'),
    ...inFlight,
  })
  .meta({ 'x-optional': true });

export const lease = z.object({
  id: uuid,
  connectionId: uuid,
  version: version.describe('The version that it pins.'),
  job: z.string(),
  acquiredAt: time,
  expiresAt: time,
  endsBy: time.describe('No renewal goes past this.'),
  releasedAt: time.nullable(),
});

export const leases = z.object({ leases: z.array(lease) });

export const acquireLease = z.strictObject({
  job: z.string().min(1).max(200).meta({ pattern: SOME_LINE }).describe('What the job calls itself; shown to whoever waits for it.'),
  ttlSeconds: seconds.optional(),
});
export const leaseKey = z.strictObject({ key });
export const renewLease = z.strictObject({ key, ttlSeconds: seconds.optional() });
export const readLease = z.strictObject({
  key,
  fresh: z.boolean().optional().describe('A secret that stays in an outside manager is read again, whatever is kept.'),
});
export const heldLease = z.object({ lease, kind: z.string(), credentials: json.describe('Settings and secrets of the pinned version.') });
export const acquiredLease = heldLease.extend({ key: key.describe('Shown this once: it reads, renews and releases the lease.') });
