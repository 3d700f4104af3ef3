import { sql } from 'drizzle-orm';
import { AUDIT_COMMITS } from './audit-commits.ts';
import type { Dialect } from './dialect.postgres.ts';

/** What happened: the sealed audit, and the events that subscribers get. */
export function auditTables({ table, index, uniqueIndex, columns }: Dialect) {
  const { text, json, bytes, count, time } = columns;
  return {
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
  };
}
