import type { PositPermission } from './integration.ts';
import { PositError } from './posit-error.ts';

/** One of them as it is asked for: for a user or for a group. */
export interface AskedPermission {
  readonly user_guid?: string | null | undefined;
  readonly group_guid?: string | null | undefined;
}

/** As it is written here. Callers may write it in upper case, too. */
export const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The users of an access list, each once. `isUser` tells whether there is such a token in the project. Throws PositError. */
export function readUsers(asked: readonly AskedPermission[], isUser: (guid: string) => boolean): readonly string[] {
  const named = asked.map(({ user_guid: user, group_guid: group }) => {
    if ((user == null) === (group == null)) throw refusal(152, 'names either a user or a group');
    return user == null ? { sort: 'group', guid: (group ?? '').toLowerCase() } : { sort: 'user', guid: user.toLowerCase() };
  });
  for (const { sort, guid } of named) if (!GUID.test(guid)) throw unknown(sort);
  for (const sort of ['user', 'group']) {
    const guids = named.filter((one) => one.sort === sort).map(({ guid }) => guid);
    if (new Set(guids).size < guids.length) throw refusal(sort === 'user' ? 154 : 155, `names a ${sort} twice`);
  }
  const stranger = named.find(({ sort, guid }) => sort === 'group' || !isUser(guid));
  if (stranger !== undefined) throw unknown(stranger.sort);
  return named.map(({ guid }) => guid);
}

function unknown(sort: string): PositError {
  return refusal(sort === 'user' ? 261 : 262, `names a ${sort} that there is not`);
}

function refusal(code: number, what: string): PositError {
  return new PositError(code, `an item of permissions ${what}`, { path: 'permissions' });
}

/** The list for these users: who was on it stays on it as the same. */
export function replacePermissions(
  before: { readonly permissions: readonly PositPermission[]; readonly permissionsGiven: number },
  users: readonly string[],
  newId: () => string,
): { readonly permissions: readonly PositPermission[]; readonly permissionsGiven: number } {
  let given = before.permissionsGiven;
  const permissions = users.map((userGuid) => {
    const kept = before.permissions.find((one) => one.userGuid === userGuid);
    if (kept !== undefined) return kept;
    given += 1;
    return { id: String(given), guid: newId(), userGuid };
  });
  return { permissions, permissionsGiven: given };
}
