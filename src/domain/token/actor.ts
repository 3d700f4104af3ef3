import { DomainError } from '../errors/errors.ts';
import { type Permission, type Role, rolesWith } from './roles.ts';

/** What is known of the request, for the audit and for logs; never holds a secret. */
export interface RequestInfo {
  readonly id: string;
  readonly ip: string | null;
  /** Which client and command did it, as the client's own headers say. */
  readonly client: Readonly<Record<string, string>>;
}

/** Who is calling. */
export interface Actor {
  /** Accessor id of the token; `null` for the local control socket and for the gateway's own jobs. */
  readonly tokenId: string | null;
  readonly name: string;
  readonly projectId: string;
  readonly roles: readonly Role[];
  readonly permissions: ReadonlySet<Permission>;
  /** The instance role: makes projects and grants secret-provider roots. */
  readonly operator: boolean;
  /** Integrations that the token is limited to; `null` means the whole project. */
  readonly integrationIds: readonly string[] | null;
  /** Networks that the token may be used from; null, or absent, means anywhere. */
  readonly accessList?: readonly string[] | null;
  /** When the token ends, or the bearer that was got for it, epoch milliseconds; a token that the actor makes may not outlive it. */
  readonly expiresAt: number | null;
  /** When the short-lived bearer ends that the request came with, epoch milliseconds; absent for a request that came with none. */
  readonly bearerEndsAt?: number;
  /** Keyed hash of the browser session that the request came with; absent for a request that showed the token itself. */
  readonly sessionHash?: Buffer;
  readonly request: RequestInfo;
}

/** In place of a token's id: the control socket and the gateway's own jobs. */
export const LOCAL_ACTOR_ID = 'local';

/** Throws FORBIDDEN naming the permission. Callers check this before they look anything up, so the answer tells nothing about what exists. */
export function requirePermission(actor: Pick<Actor, 'permissions'>, permission: Permission): void {
  if (!actor.permissions.has(permission)) {
    const roles = rolesWith(permission);
    throw new DomainError('FORBIDDEN', `This needs the permission "${permission}", which these roles hold: ${roles.join(', ')}.`, {
      permission,
      roles,
      next: 'Use a token with a role that holds it.',
    });
  }
}

/** Throws FORBIDDEN unless the actor operates the instance: the owner of one project may not look across projects. */
export function requireOperator(actor: Actor): void {
  // A token that is limited to some integrations has no rights beyond them, whoever made it.
  if (!actor.operator || actor.integrationIds !== null)
    throw new DomainError('FORBIDDEN', 'Only an operator of the instance may do this.', {
      permission: 'operator',
      next: "Use the command line on the gateway's machine, or the token of the first start.",
    });
}

/** Throws FORBIDDEN unless the actor works on the gateway's own machine: only such an actor may name its files. */
export function requireLocal(actor: Actor): void {
  if (actor.tokenId !== null)
    throw new DomainError('FORBIDDEN', 'This is done on the machine of the gateway, with the command line and without CHANGEOVER_URL.', {
      permission: 'local',
      next: 'Run it there.',
    });
}

/** Throws FORBIDDEN for a token that is limited to some integrations. `what`, at the beginning of a sentence, belongs to the project as a whole. */
export function requireWholeProject({ integrationIds }: Pick<Actor, 'integrationIds'>, what: string): void {
  if (integrationIds !== null)
    throw new DomainError('FORBIDDEN', `${what} is the whole project's, and this token is limited to some integrations.`, {
      next: 'Use a token of the whole project.',
    });
}
