import type { AuditEntry } from '../../domain/audit/audit.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { auditedIn } from '../write-as.ts';

/** Writes the audit row and, under the same name, the outbox event of a change of state, inside its transaction. */
export async function record(
  services: Services,
  tx: Writers,
  actor: Actor,
  { id = services.newId(), ...entry }: AuditEntry & { readonly id?: string },
): Promise<void> {
  const at = await tx.now();
  const row = {
    id,
    projectId: actor.projectId,
    at,
    actorTokenId: actor.tokenId,
    actorName: actor.name,
    requestId: actor.request.id,
    clientIp: actor.request.ip,
    client: actor.request.client,
    ...entry,
  };
  await tx.audit.append({ rowHmac: services.auditChain.sign(row), seq: null, chainHash: null, ...row });
  const audited = auditedIn.get(tx) ?? [];
  audited.push({ id, projectId: actor.projectId, action: entry.action, at });
  auditedIn.set(tx, audited);
  await tx.events.append({
    id: services.newId(),
    projectId: actor.projectId,
    type: entry.action,
    entityId: entry.entityId ?? '',
    data: entry.details,
    createdAt: at,
  });
}
