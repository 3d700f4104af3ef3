import type { Dialect } from './dialect.postgres.ts';

/** What other products' wire formats need besides connections. */
export function restTables({ table, index, uniqueIndex, primaryKey, columns }: Dialect) {
  const { text, json, bytes, time } = columns;
  return {
    /** Ids in other products' forms: Atlas wants 24 hex digits, Posit decimals. */
    externalIds: table(
      'external_ids',
      {
        dialect: text('dialect').notNull(),
        entity: text('entity').notNull(),
        entityId: text('entity_id').notNull(),
        projectId: text('project_id').notNull(),
        value: text('value').notNull(),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        primaryKey({ columns: [t.dialect, t.entity, t.entityId] }),
        uniqueIndex('external_ids_value').on(t.dialect, t.entity, t.value, t.projectId),
        index('external_ids_project').on(t.projectId, t.dialect, t.entity),
      ],
    ),

    /** What is no connection: Posit's content and associations, Matillion's environments, Lerian's jobs. */
    dialectRecords: table(
      'dialect_records',
      {
        id: text('id').primaryKey(),
        projectId: text('project_id').notNull(),
        dialect: text('dialect').notNull(),
        entity: text('entity').notNull(),
        key: text('key').notNull(),
        parentId: text('parent_id'),
        data: json('data').notNull(),
        createdAt: time('created_at').notNull(),
        createdBy: text('created_by'),
        updatedAt: time('updated_at').notNull(),
        updatedBy: text('updated_by'),
        mac: bytes('mac').notNull(),
      },
      (t) => [
        uniqueIndex('dialect_records_key').on(t.projectId, t.dialect, t.entity, t.key),
        index('dialect_records_order').on(t.projectId, t.dialect, t.entity, t.createdAt, t.id),
        index('dialect_records_parent').on(t.projectId, t.parentId, t.createdAt, t.id),
      ],
    ),
  };
}
