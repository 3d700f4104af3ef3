import { sql } from 'drizzle-orm';
import type { Dialect } from './dialect.postgres.ts';
import { SEALED_OR_REFERENCE } from './sealed-or-reference.ts';

/** Connections with their versions and sealed contents, and where they belong. */
export function connectionTables({ table, index, uniqueIndex, primaryKey, check, columns }: Dialect) {
  const { text, json, bytes, flag, count, time } = columns;
  return {
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
        updatedBy: text('updated_by'),
        deletedAt: time('deleted_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('streaming_systems_name').on(t.projectId, t.nameKey).where(sql`deleted_at is null`),
        index('streaming_systems_project').on(t.projectId, t.createdAt, t.id),
      ],
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
        updatedBy: text('updated_by'),
        deletedAt: time('deleted_at'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('integrations_name').on(t.projectId, t.namespace, t.nameKey).where(sql`deleted_at is null`),
        index('integrations_project').on(t.projectId, t.createdAt, t.id),
        uniqueIndex('integrations_cluster')
          .on(t.streamingSystemId, t.externalClusterId, t.type)
          .where(sql`streaming_system_id is not null and deleted_at is null`),
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
        dbtFilter: json('dbt_filter'),
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
  };
}
