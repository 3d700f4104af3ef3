import { z } from 'zod';
import { ERROR_CODES, type ErrorCode } from '../../domain/errors/errors.ts';

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

export const acquireLease = z.strictObject({
  job: z.string().min(1).max(200).describe('What the job calls itself; shown to whoever waits for it.'),
  ttlSeconds: seconds.optional(),
});
export const leaseKey = z.strictObject({ key });
export const renewLease = z.strictObject({ key, ttlSeconds: seconds.optional() });
export const readLease = z.strictObject({
  key,
  fresh: z.boolean().optional().describe('A secret that stays in an outside manager is read again, whatever is kept.'),
});
export const heldLease = z.object({ lease, credentials: json.describe('Settings and secrets of the pinned version.') });
export const acquiredLease = heldLease.extend({ key: key.describe('Shown this once: it reads, renews and releases the lease.') });
