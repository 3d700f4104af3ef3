import { badRequest } from '../errors/errors.ts';

/**
 * A role is a set of permissions; a token holds one or more roles in one or more projects.
 * Only `job` leases: an administrator does not see what jobs get.
 */
const EDITOR = ['read', 'stage', 'validate'] as const;
const ADMIN = [...EDITOR, 'commit', 'rollback', 'create', 'delete', 'reference', 'secret', 'probe', 'end-lease', 'remote-text'] as const;
const OWNER = [...ADMIN, 'token', 'policy', 'break-glass', 'reveal', 'skip-proof', 'audit'] as const;

export const ROLES = {
  viewer: ['read'],
  job: ['lease'],
  editor: EDITOR,
  admin: ADMIN,
  owner: OWNER,
} as const satisfies Record<string, readonly string[]>;

export type Role = keyof typeof ROLES;
export type Permission = (typeof ROLES)[Role][number];

export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role): readonly Permission[] => ROLES[role]));
}

/** Names of the roles that hold a permission. */
export function rolesWith(permission: Permission): readonly string[] {
  return Object.entries(ROLES)
    .filter(([, held]) => (held as readonly string[]).includes(permission))
    .map(([role]) => role);
}

/** Each of them once. `path` is where they stand in the caller's input. Throws BAD_REQUEST for none, and for a role that there is not. */
export function readRoles(names: readonly string[], path = 'roles'): readonly Role[] {
  const roles = [...new Set(names)].filter(isRole);
  if (roles.length === 0 || roles.length !== new Set(names).size)
    throw badRequest(path, `Name one or more of these roles: ${Object.keys(ROLES).join(', ')}.`);
  return roles;
}

/** The lead API's groups of a service token, which are roles here. Throws BAD_REQUEST. */
export function readGroups(names: readonly (string | null | undefined)[]): readonly Role[] {
  return readRoles(
    names.map((name) => name ?? ''),
    'groups',
  );
}

export function isRole(value: string): value is Role {
  return Object.hasOwn(ROLES, value);
}
