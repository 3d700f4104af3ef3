import type { Version } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { SecretError, secretRefusal, secretUnusable } from '../../domain/errors/secret-error.ts';
import type { Readers } from '../../domain/ports/store.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { detailsForJob } from '../aws/gateway-access.ts';
import { openDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';
import { namedForJob, namesSecrets } from './resolve-named.ts';
import { type Opened, type ResolveOptions, resolveReference, resolveReferenceOrRefuse } from './resolve-reference.ts';

/** A version, or a change. A change is not bound to a destination yet. */
type OpenableRow = Parameters<typeof openDetails>[1] & Partial<Pick<Version, 'boundTo'>>;

/**
 * Opens a version or change, and goes to the outside manager for one that holds a reference: never within a transaction. Throws
 * SecretError where the secret is not to be had or leads somewhere else than the version is bound to, and what `openDetails` throws.
 */
export async function resolveCredentials(services: Services, actor: Actor, row: OpenableRow, options?: ResolveOptions): Promise<Opened> {
  const details = await openDetails(services, row);
  if (row.reference === null) return { details, candidateHash: row.candidateHash, boundTo: null, isKept: false };
  const opened = await resolveReference(services, actor, { ...row, reference: row.reference }, options);
  if (row.boundTo != null && opened.boundTo?.equals(row.boundTo) !== true) throw new SecretError('moved');
  return opened;
}

/** What a commit goes by: what proof has to be bound to, and where the secret of a reference leads. */
export type Candidate = Pick<Version, 'kind' | 'candidateHash' | 'boundTo'>;

/**
 * What a change or version is to be proven and bound as. A reference of an active connection has to lead somewhere: what does not open
 * is not put into use. Throws VALIDATION_FAILED, or UNAVAILABLE where it takes too long.
 */
export async function candidateOf(services: Services, actor: Actor, row: OpenableRow, isActive: boolean): Promise<Candidate> {
  const { kind, candidateHash, reference } = row;
  if (reference === null) return { kind, candidateHash, boundTo: null };
  try {
    // The details are not returned, because a commit has no use for them.
    const { candidateHash: resolved, boundTo } = await resolveCredentials(services, actor, row, { binds: isActive });
    return { kind, candidateHash: resolved, boundTo };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    if (isActive) throw secretUnusable(error, reference);
    return { kind, candidateHash, boundTo: null };
  }
}

/** Opens a version inside a transaction. */
export type Open = (version: Version, from: Readers) => Promise<Details>;

/** Ends a transaction that came upon a reference, or named secrets, that are not resolved yet; it runs again when they are. */
class UnresolvedReference extends Error {
  readonly version: Version;

  constructor(version: Version) {
    super('resolve the reference first');
    this.version = version;
  }
}

/** A commit may replace the reference just after it was resolved. */
const MOST_RUNS = 4;

/**
 * Runs a transaction that opens a version for a job on its way, which may hold a reference: it is resolved outside of the transaction. A
 * version whose secret leads somewhere else than it was proven with is not opened.
 * Throws SECRET_REENTRY_REQUIRED, FORBIDDEN, UNAVAILABLE.
 */
export async function withOpened<T>(
  services: Services,
  actor: Actor,
  transact: (open: Open) => Promise<T>,
  options: { readonly fresh?: boolean } = {},
): Promise<T> {
  let resolved: { readonly version: Version; readonly details: Details } | null = null;
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    const ahead: typeof resolved = resolved;
    try {
      return await transact(async (version, from) => {
        const details = await openDetails(services, version, from);
        if (version.reference === null && !namesSecrets(services, version)) return detailsForJob(services, version, details);
        if (ahead === null || !isSame(ahead.version, version)) throw new UnresolvedReference(version);
        return detailsForJob(services, version, ahead.details);
      });
    } catch (error) {
      if (!(error instanceof UnresolvedReference)) throw error;
      resolved = { version: error.version, details: await resolveBound(services, actor, error.version, options) };
    }
  }
  throw new DomainError('UNAVAILABLE', 'The connection is being changed at this moment. Send the request again.', { retryAfterSeconds: 2 });
}

function isSame(a: Version, b: Version): boolean {
  return a.connectionId === b.connectionId && a.version === b.version && a.candidateHash.equals(b.candidateHash);
}

async function resolveBound(services: Services, actor: Actor, version: Version, options: { readonly fresh?: boolean }): Promise<Details> {
  const { fresh = false } = options;
  if (version.reference === null)
    return await namedForJob(services, actor, version, { details: await openDetails(services, version), fresh });
  const { details, boundTo } = await resolveReferenceOrRefuse(services, actor, { ...version, reference: version.reference }, options);
  if (version.boundTo === null || boundTo?.equals(version.boundTo) !== true)
    throw secretRefusal(new SecretError('moved'), version.reference);
  return details;
}
