import type { Change } from '../../domain/change/change.ts';
import type { SealedContent } from '../../domain/connection/connection.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { Writers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import type { SealedDetails } from '../connections/sealed-details.ts';
import { findEarlierResult } from '../idempotency/earlier-run.ts';
import { requireDataKey } from '../keys/require-data-key.ts';
import { actorId, type Services, scopeOf } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { limitOpenChanges } from './limit-open-changes.ts';

/** The change and its temporary key, which is shown this once. */
export interface StagedChange {
  readonly change: Change;
  readonly key: string;
}

type ChangeOrigin = Pick<
  Change,
  'purpose' | 'connectionId' | 'baseVersion' | 'kind' | 'facets' | 'reference' | 'changedFields' | 'restoredFrom'
>;

export async function insertChange(
  services: Services,
  actor: Actor,
  sealed: Omit<SealedDetails, 'content'> & { readonly content: SealedDetails['content'] | null },
  origin: ChangeOrigin,
): Promise<StagedChange> {
  const key = services.tokens.create('tmp');
  const keyHash = services.vault.keyedHash('token', key);
  const id = services.newId();
  const change = await writeAs(services, actor, async (tx) => {
    const made = await findEarlierResult(services, tx, keyHash, (hash) => tx.changes.findByKeyHash(scopeOf(actor), hash));
    if (made !== null) return made;
    const now = await tx.now();
    const staged: Change = {
      id,
      projectId: actor.projectId,
      settings: sealed.settings,
      contentId: sealed.content?.id ?? null,
      cipherHash: sealed.content?.cipherHash ?? null,
      candidateHash: sealed.candidateHash,
      keyHash,
      state: 'OPEN',
      createdAt: now,
      createdBy: actorId(actor),
      expiresAt: now + services.settings.changeTtlMs,
      committedAt: null,
      committedBy: null,
      committedVersion: null,
      waitUntil: null,
      acceptsLosses: false,
      failure: null,
      ...origin,
    };
    await limitOpenChanges(services, actor, tx, staged);
    const restored = origin.purpose === 'roll-back' ? await requireContent(tx, staged) : null;
    if (restored === null && sealed.content !== null) {
      await requireDataKey(tx, actor.projectId, sealed.content.keyGeneration);
      await tx.contents.insert({ createdAt: now, ...sealed.content });
    }
    // What was read before may have been sealed anew with another data key meanwhile.
    await tx.changes.insert({ ...staged, cipherHash: (restored ?? sealed.content)?.cipherHash ?? null });
    await record(services, tx, actor, {
      action: 'change.stage',
      entity: 'connection',
      entityId: staged.connectionId,
      details: {
        changeId: id,
        purpose: origin.purpose,
        baseVersion: staged.baseVersion,
        changedFields: origin.changedFields,
        ...(origin.reference === null ? {} : { reference: origin.reference }),
      },
    });
    return staged;
  });
  if (change.id === id) services.observer.changed(origin.purpose, 'staged');
  return { change, key };
}

/** The content of an old version is kept for as long as an open change uses it. The lock keeps it from being destroyed or sealed anew at this moment. */
async function requireContent(tx: Writers, { connectionId, projectId, contentId, restoredFrom }: Change): Promise<SealedContent | null> {
  if (contentId === null) return null;
  await tx.lock(connectionId, 'shared');
  const content = await tx.contents.find({ projectId }, contentId);
  if (content === null || content.blob === null)
    throw badRequest('version', 'The credentials of this version have been destroyed.', { version: restoredFrom });
  return content;
}
