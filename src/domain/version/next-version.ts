import { createHash } from 'node:crypto';
import type { Change } from '../change/change.ts';
import type { Version } from '../connection/connection.ts';
import { canonicalJson } from '../json/canonical-json.ts';
import type { ProjectVault } from '../ports/vault.ts';

/** SHA-256 of all that a version stores in clear. */
export function configHash(config: Pick<Version, 'kind' | 'settings' | 'facets' | 'reference'>): Buffer {
  return createHash('sha256')
    .update(canonicalJson({ kind: config.kind, settings: config.settings, facets: config.facets, reference: config.reference }))
    .digest();
}

/** The version that a change becomes, linked to the one before by its MAC. */
export function nextVersion(
  keys: ProjectVault,
  change: Change,
  previous: Version | null,
  at: {
    readonly by: string;
    readonly now: number;
    readonly proven: boolean;
    readonly boundTo: Buffer | null;
    /** How many numbers are left out because the store was restored after the previous version was made. */
    readonly gap: number;
  },
): Version {
  const version = (previous?.version ?? 0) + 1 + at.gap;
  const config = configHash(change);
  const link = {
    connectionId: change.connectionId,
    version,
    contentId: change.contentId,
    configHash: config,
    cipherHash: change.cipherHash,
    previousMac: previous?.rowMac ?? Buffer.alloc(0),
  };
  return {
    connectionId: change.connectionId,
    version,
    projectId: change.projectId,
    kind: change.kind,
    settings: change.settings,
    facets: change.facets,
    reference: change.reference,
    contentId: change.contentId,
    candidateHash: change.candidateHash,
    configHash: config,
    cipherHash: change.cipherHash,
    keyGeneration: keys.keyGeneration,
    boundTo: at.boundTo,
    rowMac: keys.versionMac(link),
    label: 'CURRENT',
    validUntil: null,
    origin: change.purpose === 'roll-back' ? 'roll-back' : 'change',
    restoredFrom: change.restoredFrom,
    changeId: change.id,
    proven: at.proven,
    createdAt: at.now,
    createdBy: at.by,
    retiredAt: null,
    destroyedAt: null,
  };
}
