import type { SealedContent, Version } from '../../domain/connection/connection.ts';
import { endpointParts } from '../../domain/connection/destination/destination.ts';
import { type Details, joinDetails, type SplitDetails, splitDetails } from '../../domain/connection/details/details.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { canonicalJson } from '../../domain/json/canonical-json.ts';
import type { Readers } from '../../domain/ports/store.ts';
import type { SealBinding, Sealed } from '../../domain/ports/vault.ts';
import { openPlainSettings } from '../references/plain-settings.ts';
import type { Services } from '../services.ts';
import { connectorOf } from './find-connector.ts';

type SealedRow = Pick<Version, 'connectionId' | 'projectId' | 'kind' | 'settings'>;

/** What a version's or change's secrets are bound to. It is made from the stored settings, so editing those in the database breaks the seal. */
function bindingOf(services: Services, connector: Connector, row: SealedRow, contentId: string): SealBinding {
  return {
    projectId: row.projectId,
    connectionId: row.connectionId,
    contentId,
    field: 'content',
    endpoint: services.fingerprint(endpointParts(connector, row.settings)),
  };
}

/** Keyed hash of all that a driver would see. Nobody who edits the database can make one that fits what they wrote. */
function candidateHashOf(
  services: Services,
  { projectId, connectionId, kind }: Pick<Version, 'projectId' | 'connectionId' | 'kind'>,
  { settings, secrets }: SplitDetails,
): Buffer {
  return services.vault.keyedHash('candidate', projectId, connectionId, kind, canonicalJson({ settings, secrets }));
}

/**
 * Opens the credentials of a version or change. Throws INTEGRITY when they were altered, moved or destroyed, or when any setting
 * beside them is not the one that they were sealed with. Within a transaction the project's keys have to be loaded before. Of a
 * reference it returns the settings beside it; `resolveCredentials` goes to the secret itself.
 */
export async function openDetails(
  services: Services,
  row: Pick<Version, 'connectionId' | 'projectId' | 'kind' | 'settings' | 'contentId' | 'reference' | 'candidateHash'>,
  from: Readers = services.store.read,
): Promise<Details> {
  const { contentId } = row;
  if (row.reference !== null) return openPlainSettings(services, row, row.reference);
  const content = contentId === null ? null : await from.contents.find({ projectId: row.projectId }, contentId);
  if (content === null || content.blob === null)
    throw new DomainError('INTEGRITY', 'The credentials of this version are no longer stored.', { contentId });
  const connector = connectorOf(services, row.kind);
  const keys = await services.vault.forProject(row.projectId, content.blob);
  const plain = keys.open(bindingOf(services, connector, row, content.id), content.blob);
  try {
    const split = { settings: row.settings, secrets: JSON.parse(plain.toString('utf8')) as Details };
    if (!candidateHashOf(services, row, split).equals(row.candidateHash))
      throw new DomainError('INTEGRITY', 'The stored settings are not those that these credentials were saved with.', {
        contentId,
        kid: services.vault.kid,
        reason: 'altered',
      });
    return joinDetails(split);
  } finally {
    plain.fill(0);
  }
}

export interface SealedDetails {
  readonly settings: Details;
  readonly content: Omit<SealedContent, 'createdAt'>;
  readonly candidateHash: Buffer;
}

/** Seals parsed details under a fresh content id, before any statement is sent. */
export async function sealDetails(
  services: Services,
  connector: Connector,
  { projectId, connectionId }: Pick<Version, 'projectId' | 'connectionId'>,
  details: Details,
): Promise<SealedDetails> {
  const { settings, secrets } = splitDetails(connector, details);
  const keys = await services.vault.forProject(projectId);
  const contentId = services.newId();
  const plain = Buffer.from(JSON.stringify(secrets), 'utf8');
  try {
    const sealed = keys.seal(bindingOf(services, connector, { connectionId, projectId, kind: connector.kind, settings }, contentId), plain);
    return {
      settings,
      content: { id: contentId, projectId, connectionId, ...sealed },
      candidateHash: candidateHashOf(services, { projectId, connectionId, kind: connector.kind }, { settings, secrets }),
    };
  } finally {
    plain.fill(0);
  }
}

/** The same secrets under the newest data key, bound to the same as before. Throws INTEGRITY for what does not open. */
export async function resealContent(services: Services, row: SealedRow, contentId: string, blob: Buffer): Promise<Sealed> {
  const binding = bindingOf(services, connectorOf(services, row.kind), row, contentId);
  const keys = await services.vault.forProject(row.projectId, blob);
  const plain = keys.open(binding, blob);
  try {
    return keys.seal(binding, plain);
  } finally {
    plain.fill(0);
  }
}
