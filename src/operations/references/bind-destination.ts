import { type Sending, standingOf } from '../../domain/connection/destination/destination-binding.ts';
import {
  SECRET_DEADLINE_MS,
  type SecretDestination,
  type SecretName,
  type SecretReference,
} from '../../domain/connection/reference/secret-reference.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { SecretError } from '../../domain/errors/secret-error.ts';
import { canonicalJson } from '../../domain/json/canonical-json.ts';
import type { Readers, Writers } from '../../domain/ports/store.ts';
import { inTime } from '../../domain/time/in-time.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { actorId, type Services } from '../services.ts';

/** What would be sent, and where: of a secret that leaves it to the connection to say so. */
export interface Destined extends Sending {
  readonly projectId: string;
  readonly reference: SecretReference;
}

/**
 * Binds a secret to the first destination that it is used with, durably and before it is sent there. Of two first uses with two
 * destinations at once one is refused. Two names of one secret, such as two ways to one file, are bound together. With `binds` false
 * nothing is bound: what is bound elsewhere is refused all the same. Throws SecretError `bound-elsewhere`, and INTEGRITY where the
 * audit tells of a first use that the table does not.
 */
export async function bindDestination(
  services: Services,
  actor: Actor,
  destined: Destined,
  { binds }: { readonly binds: boolean },
): Promise<void> {
  const known = await services.store.read.secretDestinations.of(nameOf(destined));
  if (genuineStanding(services, destined, known) === 'allowed') return;
  const seen = new Map<string, boolean>();
  for (let run = 1; run <= MOST_RUNS; run += 1) {
    await compareNames(services, destined, seen);
    const standing = binds
      ? await services.store.write((tx) => bindFirst(services, tx, actor, { destined, seen }))
      : await look(services, services.store.read, destined, seen);
    if (standing !== 'unseen') return;
  }
  throw new DomainError('UNAVAILABLE', 'Other secrets of the project are being bound at this moment. Send the request again.', {
    retryAfterSeconds: 2,
  });
}

/** Others may bind further names while these are looked at. */
const MOST_RUNS = 4;
const PAGE = 500;

/** Which of the names that are bound stand for this very secret. Outside of any transaction, since it goes to the manager. */
async function compareNames(services: Services, { projectId, reference }: Destined, seen: Map<string, boolean>): Promise<void> {
  const { identify } = services.secrets.providers[reference.provider];
  if (identify === undefined) return;
  const identityOf = (path: string) => inTime(identify(path), SECRET_DEADLINE_MS, () => new SecretError('late'));
  const own = await identityOf(reference.path);
  for await (const path of boundPaths(services.store.read, projectId, reference))
    if (!seen.has(path)) seen.set(path, path === reference.path || (own !== null && (await identityOf(path)) === own));
}

async function* boundPaths(from: Readers, projectId: string, { provider }: SecretReference): AsyncIterable<string> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page = await from.secretDestinations.paths(projectId, provider, after, PAGE);
    yield* page;
    after = page.length < PAGE ? undefined : page.at(-1);
  }
}

async function bindFirst(
  services: Services,
  tx: Writers,
  actor: Actor,
  { destined, seen }: { readonly destined: Destined; readonly seen: ReadonlyMap<string, boolean> },
): Promise<'allowed' | 'unbound' | 'unseen'> {
  const { members, parts } = destined;
  await tx.lock(lockOf(destined), 'exclusive');
  const standing = await look(services, tx, destined, seen);
  if (standing !== 'unbound') return standing;
  const bound = (await tx.secretDestinations.of(nameOf(destined))).map(({ member }) => member);
  for (const member of members.filter((one) => !bound.includes(one))) {
    const name = { ...nameOf(destined), member };
    await requireNeverBound(services, tx, name);
    await insertDestination(services, tx, actor, { action: 'secret.bind', name, parts });
  }
  return 'allowed';
}

/** Throws SecretError where it is bound to other destinations alone. */
async function look(
  services: Services,
  from: Readers,
  destined: Destined,
  seen: ReadonlyMap<string, boolean>,
): Promise<'allowed' | 'unbound' | 'unseen'> {
  const { projectId, reference } = destined;
  const known = [...(await from.secretDestinations.of(nameOf(destined)))];
  if (services.secrets.providers[reference.provider].identify !== undefined) {
    for await (const path of boundPaths(from, projectId, reference)) {
      const isSame = seen.get(path);
      if (isSame === undefined) return 'unseen';
      if (isSame && path !== reference.path) known.push(...(await from.secretDestinations.of({ ...nameOf(destined), path })));
    }
  }
  const standing = genuineStanding(services, destined, known);
  if (standing === 'refused') throw new SecretError('bound-elsewhere');
  return standing;
}

/** Throws INTEGRITY for a row that was altered. */
function genuineStanding(services: Services, destined: Destined, known: readonly SecretDestination[]): ReturnType<typeof standingOf> {
  for (const destination of known) if (destined.members.includes(destination.member)) requireGenuine(services, destination);
  return standingOf(destined, known);
}

function requireGenuine(services: Services, destination: SecretDestination): void {
  if (boundTo(services, destination).equals(destination.boundTo)) return;
  throw new DomainError('INTEGRITY', 'A stored destination of a secret is not the one that was saved.', {
    kid: services.vault.kid,
    reason: 'altered',
  });
}

/** If somebody deletes a row, the next use must not count as the first one. */
async function requireNeverBound(services: Services, tx: Writers, name: SecretName): Promise<void> {
  const filter = { entityId: secretId(services, name), actions: ['secret.bind', 'secret.allow', 'secret.release'] };
  const [last] = await tx.audit.page(name.projectId, filter, { limit: 1, after: null });
  if (last !== undefined && last.action !== 'secret.release')
    throw new DomainError('INTEGRITY', 'The destination that a secret is bound to is no longer stored. An operator allows it anew.', {
      reason: 'lost',
    });
}

interface NewDestination {
  readonly action: 'secret.bind' | 'secret.allow';
  readonly name: SecretName;
  readonly parts: SecretDestination['parts'];
}

/** Stores it, and tells the audit of the project. Nothing happens where it is there already. */
export async function insertDestination(
  services: Services,
  tx: Writers,
  actor: Actor,
  { action, name, parts }: NewDestination,
): Promise<SecretDestination> {
  const id = services.newId();
  const destination = {
    id,
    ...name,
    parts,
    boundTo: boundTo(services, { ...name, parts }),
    createdAt: await tx.now(),
    createdBy: actorId(actor),
  };
  if (!(await tx.secretDestinations.insert(destination))) return destination;
  const { provider, path, member, projectId } = name;
  const details = { provider, path, member, destination: parts };
  await record(services, tx, { ...actor, projectId }, { action, entity: 'secret', entityId: secretId(services, name), details });
  return destination;
}

/** An id for the audit, in the form of a UUID. */
export function secretId({ vault }: Services, { projectId, provider, path, member }: SecretName): string {
  const hex = vault.keyedHash('candidate', 'secret', projectId, provider, path, member).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

function boundTo({ vault }: Services, { projectId, provider, path, member, parts }: SecretName & Pick<SecretDestination, 'parts'>): Buffer {
  return vault.keyedHash('candidate', 'secret-destination', projectId, provider, path, member, canonicalJson(parts));
}

/** Names of one secret may be bound at the same time, so all of a provider's are bound one after the other. */
export function lockOf({
  projectId,
  reference: { provider },
}: {
  readonly projectId: string;
  readonly reference: Pick<SecretReference, 'provider'>;
}): string {
  return `secrets/${projectId}/${provider}`;
}

export function nameOf({ projectId, reference: { provider, path } }: Destined): Omit<SecretName, 'member'> {
  return { projectId, provider, path };
}
