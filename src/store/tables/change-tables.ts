import { sql } from 'drizzle-orm';
import type { Dialect } from './dialect.postgres.ts';
import { SEALED_OR_REFERENCE } from './sealed-or-reference.ts';

/** Changes, the runs that prove them, and the leases of the jobs that they have to respect. */
export function changeTables({ table, index, uniqueIndex, check, columns }: Dialect) {
  const { text, json, bytes, flag, count, time } = columns;
  return {
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
  };
}
