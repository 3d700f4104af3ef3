import { sql } from 'drizzle-orm';
import type { Dialect } from './dialect.postgres.ts';

/** Who may do what, and which secrets a project may name and send where. */
export function accessTables({ table, index, uniqueIndex, primaryKey, columns }: Dialect) {
  const { text, json, bytes, flag, count, time } = columns;
  return {
    tokens: table(
      'tokens',
      {
        id: text('id').primaryKey(),
        kind: text('kind').notNull(),
        name: text('name').notNull(),
        homeProjectId: text('home_project_id').notNull(),
        hash: bytes('hash').notNull(),
        digest: bytes('digest'),
        operator: flag('operator').notNull(),
        integrationIds: json('integration_ids'),
        accessList: json('access_list'),
        keyScope: text('key_scope'),
        comment: text('comment'),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        expiresAt: time('expires_at'),
        revokedAt: time('revoked_at'),
        lastUsedAt: time('last_used_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [uniqueIndex('tokens_hash').on(t.hash)],
    ),

    tokenGrants: table(
      'token_grants',
      { tokenId: text('token_id').notNull(), projectId: text('project_id').notNull(), roles: json('roles').notNull() },
      (t) => [primaryKey({ columns: [t.tokenId, t.projectId] }), index('token_grants_project').on(t.projectId)],
    ),

    sessions: table(
      'sessions',
      {
        id: text('id').primaryKey(),
        tokenId: text('token_id').notNull(),
        projectId: text('project_id').notNull(),
        hash: bytes('hash').notNull(),
        createdAt: time('created_at').notNull(),
        expiresAt: time('expires_at').notNull(),
        endedAt: time('ended_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [uniqueIndex('sessions_hash').on(t.hash), index('sessions_expiry').on(t.expiresAt, t.id)],
    ),

    /** Nonces of logins, with the count that was used last, bearers that were given back, and tests of connections that are counted. */
    replayGuards: table(
      'replay_guards',
      {
        id: text('id').primaryKey(),
        used: count('used').notNull(),
        expiresAt: time('expires_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [index('replay_guards_expiry').on(t.expiresAt, t.id)],
    ),

    /** The provider and prefix roots that the operator lets a project name in secret references. */
    providerGrants: table(
      'provider_grants',
      {
        projectId: text('project_id').notNull(),
        provider: text('provider').notNull(),
        prefix: text('prefix').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        mac: bytes('mac').notNull(),
      },
      (t) => [primaryKey({ columns: [t.projectId, t.provider, t.prefix] })],
    ),

    /** The roles that the gateway's own AWS identity assumes for a project. */
    awsRoleGrants: table(
      'aws_role_grants',
      {
        projectId: text('project_id').notNull(),
        roleArn: text('role_arn').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        mac: bytes('mac').notNull(),
      },
      (t) => [primaryKey({ columns: [t.projectId, t.roleArn] })],
    ),

    /**
     * Where a project may send a secret that does not name its destination itself: the one of its first use, and those that an operator
     * allowed. `bound_to` is a keyed hash over all that the row says: the row grants a right, and nobody who only edits the table can make
     * that hash.
     */
    secretDestinations: table(
      'secret_destinations',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        provider: text('provider').notNull(),
        path: text('path').notNull(),
        member: text('member').notNull(),
        parts: json('parts').notNull(),
        boundTo: bytes('bound_to').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('secret_destinations_name').on(t.projectId, t.provider, t.path, t.member, t.boundTo),
        index('secret_destinations_page').on(t.projectId, t.createdAt, t.id),
      ],
    ),

    /**
     * Which tokens and provider grants there are, with the MAC of each: one row. An old copy of a single row that somebody puts back is not
     * on this list.
     */
    authorityHead: table('authority_head', {
      id: text('id').primaryKey(),
      revision: count('revision').notNull(),
      entries: json('entries').notNull(),
      mac: bytes('mac').notNull(),
    }),

    /** Named secrets of a project. Their values are sealed, each version in a row of its own. */
    accountSecrets: table(
      'account_secrets',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        name: text('name').notNull(),
        scope: text('scope').notNull(),
        description: text('description'),
        currentVersion: count('current_version').notNull(),
        expiresAt: time('expires_at'),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by').notNull(),
        updatedAt: time('updated_at').notNull(),
        updatedBy: text('updated_by').notNull(),
        deletedAt: time('deleted_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [uniqueIndex('account_secrets_name').on(t.projectId, t.name).where(sql`deleted_at is null`)],
    ),

    accountSecretVersions: table(
      'account_secret_versions',
      {
        secretId: text('secret_id').notNull(),
        version: count('version').notNull(),
        projectId: text('project_id').notNull(),
        blob: bytes('blob'),
        keyGeneration: count('key_generation').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.secretId, t.version] }),
        index('account_secret_versions_generation').on(t.projectId, t.keyGeneration, t.secretId).where(sql`blob is not null`),
      ],
    ),
  };
}
