import type { Version } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import type { SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { canonicalJson } from '../../domain/json/canonical-json.ts';
import type { Services } from '../services.ts';

type PlainRow = Pick<Version, 'projectId' | 'connectionId' | 'kind' | 'settings'>;

/** Keyed hash of a reference and what stands beside it. Somebody who edits the database cannot make a hash that fits the edit. */
export function referenceHash(
  { vault }: Pick<Services, 'vault'>,
  { projectId, connectionId, kind, settings }: PlainRow,
  reference: SecretReference,
): Buffer {
  return vault.keyedHash('candidate', projectId, connectionId, kind, canonicalJson({ settings, reference }));
}

/** The settings beside a reference. Throws INTEGRITY when they or the reference are not those that were saved. */
export function openPlainSettings(
  services: Pick<Services, 'vault'>,
  row: PlainRow & Pick<Version, 'candidateHash'>,
  reference: SecretReference,
): Details {
  if (referenceHash(services, row, reference).equals(row.candidateHash)) return row.settings;
  throw new DomainError('INTEGRITY', 'The stored reference is not the one that was saved.', { kid: services.vault.kid, reason: 'altered' });
}
