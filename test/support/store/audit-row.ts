import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import type { AuditRow } from '../../../src/domain/audit/audit.ts';

/** An audit row that waits for a sealer. */
export function auditRowOf({ projectId }: Pick<AuditRow, 'projectId'>, given: Partial<AuditRow> = {}): AuditRow {
  return {
    id: uuidv7(),
    projectId,
    at: 0,
    actorTokenId: null,
    actorName: 'a',
    action: 'change.stage',
    entity: 'connection',
    entityId: null,
    details: {},
    requestId: null,
    clientIp: null,
    client: {},
    rowHmac: randomBytes(32),
    seq: null,
    chainHash: null,
    ...given,
  };
}
