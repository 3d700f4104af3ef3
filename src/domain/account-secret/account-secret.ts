import { SECRET_MAX_BYTES } from '../connection/reference/secret-reference.ts';
import { badRequest } from '../errors/errors.ts';
import type { SealBinding } from '../ports/vault.ts';
import { type Actor, requirePermission, requireWholeProject } from '../token/actor.ts';

/** A named secret of a project. What it says stands in its versions, sealed; the name is its own for as long as it is not deleted. */
export interface AccountSecret {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  readonly scope: AccountSecretScope;
  readonly description: string | null;
  readonly currentVersion: number;
  /** From then on nobody is given its value. */
  readonly expiresAt: number | null;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly updatedAt: number;
  readonly updatedBy: string;
  readonly deletedAt: number | null;
}

/** A value that a secret has or had. The ciphertext of the newest is kept alone: no way leads back to another. */
export interface AccountSecretVersion {
  readonly secretId: string;
  readonly version: number;
  readonly projectId: string;
  readonly blob: Buffer | null;
  readonly keyGeneration: number;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** Where a secret may be used: everywhere, or by kinds that notify alone. */
export const ACCOUNT_SECRET_SCOPES = ['global', 'notifications'] as const;
export type AccountSecretScope = (typeof ACCOUNT_SECRET_SCOPES)[number];

/** Most secrets of a project. */
export const MOST_ACCOUNT_SECRETS = 1000;

const MOST_DESCRIPTION = 1000;

/** Throws BAD_REQUEST. */
export function requireSecretName(name: string): void {
  if (!isSecretName(name)) throw badRequest('name', 'The name of a secret has 1 to 64 letters, digits, dashes and underscores.');
}

export function isSecretName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,64}$/.test(name);
}

/** Throws BAD_REQUEST. */
export function readSecretScope(scope: string): AccountSecretScope {
  const found = ACCOUNT_SECRET_SCOPES.find((known) => known === scope);
  if (found === undefined) throw badRequest('scope', `Known scopes: ${ACCOUNT_SECRET_SCOPES.join(', ')}.`);
  return found;
}

/** The bytes of a value, which the caller overwrites when done. Throws BAD_REQUEST, without a word of the value. */
export function readSecretValue(value: string): Buffer {
  if (value === '' || !value.isWellFormed()) throw badRequest('value', 'The value of a secret is well-formed text, and not empty.');
  const bytes = Buffer.from(value, 'utf8');
  if (bytes.length <= SECRET_MAX_BYTES) return bytes;
  bytes.fill(0);
  throw badRequest('value', `The value of a secret has at most ${SECRET_MAX_BYTES} bytes.`);
}

/** Throws BAD_REQUEST. */
export function readSecretDescription(description: string | null): string | null {
  if (description !== null && (!description.isWellFormed() || description.length > MOST_DESCRIPTION))
    throw badRequest('description', `A description is well-formed text of at most ${MOST_DESCRIPTION} characters.`);
  return description;
}

/** Throws BAD_REQUEST for an end that has passed. */
export function readSecretEnd(expiresAt: number | null, now: number): number | null {
  if (expiresAt !== null && expiresAt <= now) throw badRequest('expiresAt', 'A secret ends in the future.');
  return expiresAt;
}

export function isSecretOver({ expiresAt }: Pick<AccountSecret, 'expiresAt'>, now: number): boolean {
  return expiresAt !== null && expiresAt <= now;
}

/** Throws FORBIDDEN where the actor may not do this with the project's secrets, which are the whole project's. */
export function requireSecretAccess(actor: Actor, permission: 'read' | 'secret'): void {
  requirePermission(actor, permission);
  requireWholeProject(actor, 'A secret');
}

/** The value is for whoever made the secret, and may still make one, and for owners. Throws FORBIDDEN. */
export function requireReveal(actor: Actor, { createdBy }: Pick<AccountSecret, 'createdBy'>): void {
  const isMaker = actor.tokenId !== null && actor.tokenId === createdBy && actor.permissions.has('secret');
  if (!isMaker) requirePermission(actor, 'reveal');
}

/** A value opens for its secret and version alone. It names no destination: that is bound where the secret is used. */
export function secretBinding({
  projectId,
  secretId,
  version,
}: Pick<AccountSecretVersion, 'projectId' | 'secretId' | 'version'>): SealBinding {
  return { projectId, connectionId: 'secret', contentId: secretId, field: `value/${version}`, endpoint: Buffer.alloc(0) };
}
