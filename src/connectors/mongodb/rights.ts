import { type Loss, lossesOf } from '../kits/parity.ts';
import type { MongodbSession, Reply } from './mongodb-session.ts';

interface Role {
  readonly role: string;
  readonly db: string;
}

/** What actions are allowed on: a collection, all of a database, all databases, or the cluster. */
interface Resource {
  readonly db?: string;
  readonly collection?: string;
  readonly cluster?: boolean;
  readonly anyResource?: boolean;
}

export interface Rights {
  readonly user: Role['role'];
  /** The database that keeps the user. */
  readonly db: string;
  readonly roles: readonly Role[];
  readonly privileges: readonly { readonly resource: Resource; readonly actions: readonly string[] }[];
}

const ADMINISTRATORS = new Set(['root', '__system', 'userAdminAnyDatabase', 'dbAdminAnyDatabase', 'restore']);

/** Every user may ask this of itself. */
export async function readRights({ command }: MongodbSession): Promise<Rights> {
  const { authInfo } = (await command('admin', { connectionStatus: 1, showPrivileges: true })) as {
    readonly authInfo?: {
      readonly authenticatedUsers?: readonly { readonly user: string; readonly db: string }[];
      readonly authenticatedUserRoles?: readonly Role[];
      readonly authenticatedUserPrivileges?: Rights['privileges'];
    };
  };
  const [who] = authInfo?.authenticatedUsers ?? [];
  return {
    user: String(who?.user),
    db: String(who?.db),
    roles: authInfo?.authenticatedUserRoles ?? [],
    privileges: authInfo?.authenticatedUserPrivileges ?? [],
  };
}

export function administratorRoles({ roles }: Rights): readonly Role[] {
  return roles.filter(({ role }) => ADMINISTRATORS.has(role));
}

export function mayFind({ privileges }: Rights, db: string, collection: string): boolean {
  return privileges.some(({ resource, actions }) => actions.includes('find') && covers(resource, { db, collection }));
}

export function grantRoles({ user, db }: Rights, roles: readonly Role[]): string {
  return `db.getSiblingDB(${JSON.stringify(db)}).grantRolesToUser(${JSON.stringify(user)}, ${JSON.stringify(roles)})`;
}

/** What the one has and the other lacks, told by the roles that give it where the other does not have them. */
export function lossesBetween(before: Rights, after: Rights): readonly Loss[] {
  const lost = before.privileges.flatMap(({ resource, actions }) => {
    const missing = actions.filter(
      (action) => !after.privileges.some((held) => held.actions.includes(action) && covers(held.resource, resource)),
    );
    return missing.length === 0 ? [] : [{ resource, missing }];
  });
  if (lost.length === 0) return [];
  const roles = before.roles.filter(({ role, db }) => !after.roles.some((held) => held.role === role && held.db === db));
  if (roles.length > 0)
    return lossesOf(roles, ({ role, db }) => ({ what: `the role ${role} on ${db}`, mend: grantRoles(after, [{ role, db }]) }));
  return lossesOf(lost, ({ resource, missing }) => ({
    what: `${missing.slice(0, 5).join(', ')} on ${nameOf(resource)}`,
    mend: grantRoles(after, [{ role: '<a role with these actions>', db: resource.db ?? 'admin' }]),
  }));
}

function covers(held: Resource, wanted: Resource): boolean {
  if (held.anyResource === true) return true;
  if (wanted.anyResource === true) return false;
  if (held.cluster === true || wanted.cluster === true) return held.cluster === wanted.cluster;
  const isOfDatabase = held.db === '' || held.db === wanted.db;
  // An empty name stands for all collections but the system's own.
  const isOfCollection = held.collection === wanted.collection || (held.collection === '' && !isOfSystem(wanted.collection));
  return isOfDatabase && isOfCollection;
}

function isOfSystem(collection: string | undefined): boolean {
  return collection?.startsWith('system.') === true;
}

function nameOf({ db, collection, cluster }: Resource): string {
  if (cluster === true) return 'the cluster';
  return `${db === '' ? 'every database' : db}${collection === '' || collection === undefined ? '' : `.${collection}`}`;
}

/** The collections and views of a database that the user sees, the system's own left out; 1,000 at most. */
export async function listCollections({ command }: MongodbSession, database: string): Promise<readonly string[]> {
  const { cursor } = (await command(database, {
    listCollections: 1,
    nameOnly: true,
    authorizedCollections: true,
    cursor: { batchSize: 1000 },
  })) as { readonly cursor?: { readonly firstBatch?: readonly Reply[] } };
  const names = (cursor?.firstBatch ?? []).map(({ name }) => String(name));
  return names.filter((name) => !isOfSystem(name)).toSorted();
}
