import type { Version } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import { isPlainObject } from '../../domain/connection/details/details.ts';
import { findNamedSecret, type NamedSecret } from '../../domain/connection/reference/named-secret.ts';
import type { SecretReference } from '../../domain/connection/reference/secret-reference.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import { SecretError, secretRefusal } from '../../domain/errors/secret-error.ts';
import { repeatsName } from '../../domain/json/repeated-names.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { connectorOf } from '../connections/find-connector.ts';
import type { Services } from '../services.ts';
import { bindDestination } from './bind-destination.ts';
import { rootsOf } from './resolve-reference.ts';

type NamingRow = Pick<Version, 'projectId' | 'kind'>;

/** Whether settings of this kind name secrets that its jobs are given. */
export function namesSecrets(services: Services, { kind }: Pick<Version, 'kind'>): boolean {
  return connectorOf(services, kind).naming !== null;
}

/**
 * What a job is given of a connection whose settings name secrets. Goes to their managers: never within a transaction. A secret that is bound
 * to another destination, as one that is used elsewhere, is not given. Throws FORBIDDEN, UNAVAILABLE.
 */
export async function namedForJob(
  services: Services,
  actor: Actor,
  row: NamingRow,
  { details, fresh }: { readonly details: Details; readonly fresh: boolean },
): Promise<Details> {
  const connector = connectorOf(services, row.kind);
  if (connector.naming === null) return details;
  const values = new Map<string, string>();
  for (const secret of connector.naming.secretsOf(details)) {
    const read = await tryNamed(services, actor, { row, connector, secret }, { fresh, binds: true });
    if ('value' in read) values.set(keyOf(secret), read.value);
    else if (!secret.isOptional) throw secretRefusal(read.error, read.reference);
  }
  return connector.naming.forJob(details, (secret) => values.get(keyOf(secret)) ?? null);
}

/** The first of the secrets that settings name that a job could not be given; null where it is given all. What is read is not kept, and binds nothing. */
export async function unreadableName(services: Services, actor: Actor, row: NamingRow, details: Details): Promise<UnreadableName | null> {
  const connector = connectorOf(services, row.kind);
  for (const secret of connector.naming?.secretsOf(details) ?? []) {
    const read = await tryNamed(services, actor, { row, connector, secret }, { fresh: true, binds: false });
    if (!('value' in read) && !secret.isOptional) return read;
  }
  return null;
}

export interface UnreadableName {
  readonly error: SecretError;
  readonly reference: SecretReference;
}

interface Named {
  readonly row: NamingRow;
  readonly connector: Connector;
  readonly secret: NamedSecret;
}

interface Reading {
  readonly fresh: boolean;
  readonly binds: boolean;
}

/** What a name stands for, or why it can't be read. */
async function tryNamed(
  services: Services,
  actor: Actor,
  named: Named,
  reading: Reading,
): Promise<{ readonly value: string } | UnreadableName> {
  const secret = await followed(services, named.row, named.secret);
  const reference = await referenceOf(services, named.row, secret ?? named.secret);
  try {
    if (secret === null) throw new SecretError('missing', 'the project has no secret reference of that name');
    return { value: await readNamed(services, actor, { ...named, secret, reference }, reading) };
  } catch (error) {
    if (!(error instanceof SecretError)) throw error;
    return { error, reference };
  }
}

/** With the secret's own name; null where the record that should have it is not there. */
async function followed({ store }: Services, { projectId }: NamingRow, secret: NamedSecret): Promise<NamedSecret | null> {
  if (secret.records === null) return secret;
  const { secretName, secretKey } = (await store.read.dialectRecords.find(projectId, secret.records, secret.name))?.data ?? {};
  return typeof secretName === 'string' ? { ...secret, name: secretName, key: typeof secretKey === 'string' ? secretKey : null } : null;
}

/** A name that stands for no secret in particular is looked up as it is, and is refused for that. */
async function referenceOf({ store }: Services, { projectId }: NamingRow, secret: NamedSecret): Promise<SecretReference> {
  const found = findNamedSecret(secret, await store.read.providerGrants.of(projectId));
  return { ...(found ?? { provider: 'account' as const, path: secret.name }), key: secret.key };
}

async function readNamed(
  services: Services,
  actor: Actor,
  { row: { projectId, kind }, connector, secret, reference }: Named & { readonly reference: SecretReference },
  { fresh, binds }: Reading,
): Promise<string> {
  const { isPath } = services.secrets.providers[reference.provider];
  if (!isPath(reference.path)) throw new SecretError('missing');
  const prefixes = await rootsOf(services, projectId, reference, connector);
  const { value } = await services.secrets.resolve(reference, prefixes, { fresh });
  try {
    const text = textOf(value, secret.key);
    const members = [secret.key === null ? '' : `/${secret.key}`];
    await bindDestination(services, actor, { projectId, reference, connector, members, parts: { kind } }, { binds });
    return text;
  } finally {
    value.fill(0);
  }
}

/** The text of a secret, or of one of its members. Throws SecretError in words of ours alone. */
function textOf(value: Uint8Array, key: string | null): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(value);
  } catch {
    throw new SecretError('ill-formed', 'not text');
  }
  // A file, or a variable, mostly ends with one that is no part of the secret.
  if (key === null) return text.replace(/\r?\n$/, '');
  const member = memberOf(text, key);
  if (member === undefined) throw new SecretError('missing', 'it has no member of that name');
  if (typeof member !== 'string' && typeof member !== 'number') throw new SecretError('ill-formed', 'the member is not a text');
  return String(member);
}

function memberOf(text: string, key: string): unknown {
  let held: unknown;
  try {
    held = JSON.parse(text);
  } catch {
    throw new SecretError('ill-formed', 'not JSON');
  }
  if (!isPlainObject(held) || repeatsName(text, held)) throw new SecretError('ill-formed', 'not a JSON object');
  return Object.hasOwn(held, key) ? held[key] : undefined;
}

function keyOf(secret: NamedSecret): string {
  return JSON.stringify([secret.name, secret.key, secret.location, secret.records]);
}
