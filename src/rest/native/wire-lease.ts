import type { Lease } from '../../domain/lease/lease.ts';
import { timeOf } from './times.ts';

/** A lease without its key, which nobody is shown again. */
export function wireLease({ id, connectionId, version, job, acquiredAt, expiresAt, endsBy, releasedAt }: Lease) {
  return {
    id,
    connectionId,
    version,
    job,
    acquiredAt: timeOf(acquiredAt),
    expiresAt: timeOf(expiresAt),
    endsBy: timeOf(endsBy),
    releasedAt: releasedAt === null ? null : timeOf(releasedAt),
  };
}
