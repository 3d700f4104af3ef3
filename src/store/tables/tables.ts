import { sql } from 'drizzle-orm';
import { AUDIT_COMMITS } from './audit-commits.ts';
import { type Dialect, postgresDialect } from './dialect.postgres.ts';
import { sqliteDialect } from './dialect.sqlite.ts';

/** Credentials are sealed here or stay in an outside manager, and never both or neither. */
const SEALED_OR_REFERENCE = sql`(content_id is null) = (reference is not null) and (cipher_hash is null) = (content_id is null)`;

/**
 * The data model of both engines, said once; times are epoch milliseconds. The SQL is written against PostgreSQL's types, which
 * dialect.sqlite.ts proves to be those of SQLite's rows, too.
 */
function defineTables({ table, index, uniqueIndex, primaryKey, check, columns }: Dialect) {
  const { text, json, bytes, flag, count, time } = columns;
  return {
    instance: table('instance', {
      id: text('id').primaryKey(),
      kid: text('kid').notNull(),
      keyCheck: bytes('key_check').notNull(),
      createdAt: time('created_at').notNull(),
    }),

    /** The highest time the store has seen: a clock set back never revives what has expired. */
    clock: table('clock', { id: text('id').primaryKey(), highWater: time('high_water').notNull() }),

    dataKeys: table(
      'data_keys',
      {
        owner: text('owner').notNull(),
        purpose: text('purpose').notNull(),
        generation: count('generation').notNull(),
        kid: text('kid').notNull(),
        wrapped: bytes('wrapped').notNull(),
        createdAt: time('created_at').notNull(),
      },
      (t) => [primaryKey({ columns: [t.owner, t.purpose, t.generation] })],
    ),

    projects: table('projects', {
      id: text('id').primaryKey(),
      name: text('name').notNull(),
      createdAt: time('created_at').notNull(),
      mac: bytes('mac').notNull(),
    }),

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

    /**
     * Where a project may send a secret that does not name its destination itself: the one of its first use, and those that an operator
     * allowed. `bound_to` is a keyed hash over all that the row says; it grants, so nobody who edits the table can make one.
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

    sites: table(
      'sites',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        name: text('name').notNull(),
        deployment: text('deployment').notNull(),
        createdAt: time('created_at').notNull(),
        updatedAt: time('updated_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [index('sites_project').on(t.projectId)],
    ),

    streamingSystems: table(
      'streaming_systems',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        siteId: text('site_id').notNull(),
        name: text('name').notNull(),
        nameKey: text('name_key').notNull(),
        type: text('type').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        updatedAt: time('updated_at').notNull(),
        deletedAt: time('deleted_at'),
      },
      (t) => [uniqueIndex('streaming_systems_name').on(t.projectId, t.nameKey).where(sql`deleted_at is null`)],
    ),

    integrations: table(
      'integrations',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        siteId: text('site_id').notNull(),
        namespace: text('namespace').notNull(),
        name: text('name').notNull(),
        nameKey: text('name_key').notNull(),
        category: text('category').notNull(),
        type: text('type').notNull(),
        streamingSystemId: text('streaming_system_id'),
        externalClusterId: text('external_cluster_id'),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        updatedAt: time('updated_at').notNull(),
        deletedAt: time('deleted_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('integrations_name').on(t.projectId, t.namespace, t.nameKey).where(sql`deleted_at is null`),
        index('integrations_project').on(t.projectId, t.createdAt, t.id),
        index('integrations_streaming_system').on(t.streamingSystemId),
      ],
    ),

    connections: table(
      'connections',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        integrationId: text('integration_id').notNull(),
        name: text('name'),
        labels: json('labels').notNull(),
        jobTypes: json('job_types').notNull(),
        jobLimits: json('job_limits'),
        inFlight: text('in_flight').notNull(),
        overlapMs: time('overlap_ms').notNull(),
        commitPolicy: text('commit_policy').notNull(),
        parity: text('parity').notNull(),
        isActive: flag('is_active').notNull(),
        disabledAt: time('disabled_at'),
        deletionProtection: flag('deletion_protection').notNull(),
        currentVersion: count('current_version').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        updatedAt: time('updated_at').notNull(),
        updatedBy: text('updated_by'),
        deletedAt: time('deleted_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        index('connections_project').on(t.projectId, t.createdAt, t.id),
        index('connections_integration').on(t.integrationId, t.createdAt, t.id),
      ],
    ),

    versions: table(
      'versions',
      {
        connectionId: text('connection_id').notNull(),
        version: count('version').notNull(),
        projectId: text('project_id').notNull(),
        kind: text('kind').notNull(),
        settings: json('settings').notNull(),
        facets: json('facets').notNull(),
        reference: json('reference'),
        contentId: text('content_id'),
        candidateHash: bytes('candidate_hash').notNull(),
        configHash: bytes('config_hash').notNull(),
        cipherHash: bytes('cipher_hash'),
        keyGeneration: count('key_generation').notNull(),
        boundTo: bytes('bound_to'),
        rowMac: bytes('row_mac').notNull(),
        label: text('label').notNull(),
        validUntil: time('valid_until'),
        origin: text('origin').notNull(),
        restoredFrom: count('restored_from'),
        changeId: text('change_id').notNull(),
        proven: flag('proven').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        retiredAt: time('retired_at'),
        destroyedAt: time('destroyed_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.connectionId, t.version] }),
        uniqueIndex('versions_current').on(t.connectionId).where(sql`label = 'CURRENT'`),
        index('versions_previous').on(t.validUntil, t.connectionId, t.version).where(sql`label = 'PREVIOUS'`),
        index('versions_retired')
          .on(t.retiredAt, t.connectionId, t.version)
          .where(sql`label = 'RETIRED' and destroyed_at is null and content_id is not null`),
        index('versions_content').on(t.contentId),
        index('versions_candidate').on(t.candidateHash),
        index('versions_generation').on(t.projectId, t.keyGeneration, t.connectionId, t.version),
        check('versions_sealed_or_reference', SEALED_OR_REFERENCE),
      ],
    ),

    sealedContents: table(
      'sealed_contents',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        connectionId: text('connection_id').notNull(),
        blob: bytes('blob'),
        cipherHash: bytes('cipher_hash').notNull(),
        keyGeneration: count('key_generation').notNull(),
        createdAt: time('created_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [index('sealed_contents_generation').on(t.projectId, t.keyGeneration, t.connectionId).where(sql`blob is not null`)],
    ),

    changes: table(
      'changes',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        connectionId: text('connection_id').notNull(),
        purpose: text('purpose').notNull(),
        baseVersion: count('base_version'),
        kind: text('kind').notNull(),
        settings: json('settings').notNull(),
        facets: json('facets').notNull(),
        reference: json('reference'),
        contentId: text('content_id'),
        cipherHash: bytes('cipher_hash'),
        candidateHash: bytes('candidate_hash').notNull(),
        changedFields: json('changed_fields').notNull(),
        restoredFrom: count('restored_from'),
        keyHash: bytes('key_hash').notNull(),
        state: text('state').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        expiresAt: time('expires_at').notNull(),
        committedAt: time('committed_at'),
        committedBy: text('committed_by'),
        committedVersion: count('committed_version'),
        waitUntil: time('wait_until'),
        acceptsLosses: flag('accepts_losses').notNull(),
        failure: text('failure'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('changes_key').on(t.keyHash),
        index('changes_project').on(t.projectId, t.createdAt, t.id),
        index('changes_connection').on(t.connectionId, t.createdAt, t.id),
        index('changes_content').on(t.contentId),
        check('changes_sealed_or_reference', SEALED_OR_REFERENCE),
        index('changes_open').on(t.expiresAt, t.id).where(sql`state in ('OPEN', 'PENDING')`),
        index('changes_open_of').on(t.connectionId, t.id).where(sql`state in ('OPEN', 'PENDING')`),
        index('changes_open_creations').on(t.projectId, t.createdBy).where(sql`state in ('OPEN', 'PENDING') and base_version is null`),
        uniqueIndex('changes_pending').on(t.connectionId).where(sql`state = 'PENDING'`),
      ],
    ),

    validations: table(
      'validations',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        connectionId: text('connection_id').notNull(),
        changeId: text('change_id'),
        version: count('version'),
        candidateHash: bytes('candidate_hash').notNull(),
        comparedWith: count('compared_with'),
        validator: text('validator').notNull(),
        description: text('description').notNull(),
        status: text('status').notNull(),
        errors: json('errors').notNull(),
        warnings: json('warnings').notNull(),
        data: json('data'),
        startedAt: time('started_at').notNull(),
        finishedAt: time('finished_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [index('validations_candidate').on(t.candidateHash, t.finishedAt), index('validations_finished').on(t.finishedAt, t.id)],
    ),

    leases: table(
      'leases',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        connectionId: text('connection_id').notNull(),
        version: count('version').notNull(),
        tokenId: text('token_id'),
        job: text('job').notNull(),
        keyHash: bytes('key_hash').notNull(),
        acquiredAt: time('acquired_at').notNull(),
        expiresAt: time('expires_at').notNull(),
        endsBy: time('ends_by').notNull(),
        releasedAt: time('released_at'),
        endReason: text('end_reason'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('leases_key').on(t.keyHash),
        index('leases_live').on(t.connectionId, t.expiresAt).where(sql`released_at is null`),
        index('leases_project').on(t.projectId, t.acquiredAt, t.id),
        index('leases_connection').on(t.connectionId, t.acquiredAt, t.id),
        index('leases_expiry').on(t.expiresAt).where(sql`released_at is null`),
      ],
    ),

    /** Ids in other products' forms: Atlas wants 24 hex digits, Posit decimals. */
    externalIds: table(
      'external_ids',
      {
        dialect: text('dialect').notNull(),
        entity: text('entity').notNull(),
        entityId: text('entity_id').notNull(),
        value: text('value').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.dialect, t.entity, t.entityId] }),
        uniqueIndex('external_ids_value').on(t.dialect, t.entity, t.value),
      ],
    ),

    accountSecrets: table(
      'account_secrets',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        name: text('name').notNull(),
        scope: text('scope').notNull(),
        description: text('description'),
        currentVersion: count('current_version').notNull(),
        endpointHash: bytes('endpoint_hash'),
        expiresAt: time('expires_at'),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        updatedAt: time('updated_at').notNull(),
        updatedBy: text('updated_by'),
        deletedAt: time('deleted_at'),
      },
      (t) => [uniqueIndex('account_secrets_name').on(t.projectId, t.name).where(sql`deleted_at is null`)],
    ),

    accountSecretVersions: table(
      'account_secret_versions',
      {
        secretId: text('secret_id').notNull(),
        version: count('version').notNull(),
        blob: bytes('blob'),
        keyGeneration: count('key_generation').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
      },
      (t) => [primaryKey({ columns: [t.secretId, t.version] })],
    ),

    idempotency: table(
      'idempotency',
      {
        tokenId: text('token_id').notNull(),
        key: text('key').notNull(),
        requestHash: bytes('request_hash').notNull(),
        answer: bytes('answer'),
        keyGeneration: count('key_generation'),
        startedAt: time('started_at').notNull(),
        takenUntil: time('taken_until').notNull(),
        expiresAt: time('expires_at').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.tokenId, t.key] }),
        index('idempotency_expiry').on(t.expiresAt),
        index('idempotency_taken').on(t.takenUntil).where(sql`answer is null`),
        index('idempotency_generation').on(t.keyGeneration, t.tokenId).where(sql`key_generation is not null`),
      ],
    ),

    /** The outbox. `published_at` is the place of an event in the order in which subscribers get them: see sql/audit/events.ts. */
    events: table(
      'events',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        type: text('type').notNull(),
        entityId: text('entity_id').notNull(),
        data: json('data').notNull(),
        createdAt: time('created_at').notNull(),
        publishedAt: time('published_at'),
      },
      (t) => [
        index('events_created').on(t.createdAt, t.id),
        index('events_published').on(t.projectId, t.publishedAt, t.createdAt, t.id),
        index('events_unpublished').on(t.createdAt, t.id).where(sql`published_at is null`),
      ],
    ),

    audit: table(
      'audit',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id'),
        at: time('at').notNull(),
        actorTokenId: text('actor_token_id'),
        actorName: text('actor_name').notNull(),
        action: text('action').notNull(),
        entity: text('entity').notNull(),
        entityId: text('entity_id'),
        details: json('details').notNull(),
        requestId: text('request_id'),
        clientIp: text('client_ip'),
        client: json('client').notNull(),
        rowHmac: bytes('row_hmac').notNull(),
        seq: count('seq'),
        chainHash: bytes('chain_hash'),
      },
      (t) => [
        uniqueIndex('audit_seq').on(t.seq),
        index('audit_project').on(t.projectId, t.at, t.id),
        index('audit_action').on(t.projectId, t.action, t.at, t.id),
        index('audit_entity').on(t.entityId, t.at, t.id),
        index('audit_unsealed').on(t.at, t.id).where(sql`seq is null`),
        index('audit_commits').on(t.entityId, t.at, t.id).where(AUDIT_COMMITS),
      ],
    ),

    /** Which tokens and provider grants there are, with the MAC of each: one row. Put back alone, an old copy of one of them is not on it. */
    authorityHead: table('authority_head', {
      id: text('id').primaryKey(),
      revision: count('revision').notNull(),
      entries: json('entries').notNull(),
      mac: bytes('mac').notNull(),
    }),

    /** The end of the chain: one row. */
    auditHead: table('audit_head', {
      id: text('id').primaryKey(),
      seq: count('seq').notNull(),
      chainHash: bytes('chain_hash').notNull(),
      mac: bytes('mac').notNull(),
    }),

    /**
     * Where the chain begins once older rows were archived and cut: one row, signed. Of what was cut, `kept` rows stay since they prove
     * what is stored; `keptHash` is a chain over them.
     */
    auditArchive: table('audit_archive', {
      id: text('id').primaryKey(),
      seq: count('seq').notNull(),
      chainHash: bytes('chain_hash').notNull(),
      kept: count('kept').notNull(),
      keptHash: bytes('kept_hash').notNull(),
      at: time('at').notNull(),
      mac: bytes('mac').notNull(),
    }),
  };
}

export const postgresTables = defineTables(postgresDialect);
export const sqliteTables = defineTables(sqliteDialect);

export type Tables = typeof postgresTables;
