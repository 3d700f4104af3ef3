import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database as Handle } from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditFilter } from '../../../src/domain/audit/audit-store.ts';
import type { Store, Writers } from '../../../src/domain/ports/store.ts';
import { createStore } from '../../../src/store/create-store.ts';
import { openStore } from '../../../src/store/open-store.ts';
import { createSqliteEngine } from '../../../src/store/sqlite/sqlite.ts';
import { openWriter } from '../../../src/store/sqlite/sqlite-handles.ts';
import { createTestClock, signed, verifyTestInstance } from '../../support/store/services.ts';

/** Pages of the audit, and how their rows are found from where the last page ended. */
const AUDIT_PAGES: readonly { readonly filter: AuditFilter; readonly found: string }[] = [
  { filter: {}, found: 'audit_project (project_id=? AND at<?)' },
  { filter: { from: 1, to: 2 }, found: 'audit_project (project_id=? AND at>? AND at<?)' },
  { filter: { entityId: 'e' }, found: 'audit_entity (entity_id=? AND at<?)' },
  { filter: { entityId: 'e', actions: ['token.create', 'lease.read'] }, found: 'audit_entity (entity_id=? AND at<?)' },
  { filter: { actions: ['lease.read'] }, found: 'audit_action (project_id=? AND action=? AND at<?)' },
  { filter: { actions: ['token.create', 'lease.read'] }, found: 'audit_action (project_id=? AND action=? AND at<?)' },
];

/** What is walked whole, and why that is right. */
const WALKED = [
  /^SCAN (instance|projects|data_keys)\b/, // a row, or a few
  /^SCAN changes USING INDEX changes_pending/, // all of the few that wait
  /^SCAN versions USING INDEX versions_previous/, // counting what waits, by the index of just that
  /^SCAN events USING (COVERING )?INDEX events_unpublished/, // those that wait to be published, by the index of just these
  /^SCAN some$/, // rows of a limited selection, while they are counted
  /^SCAN (tokens|versions|audit) USING (COVERING )?INDEX sqlite_autoindex/, // any(), and scans in the order of the key, in pages
];

describe('every statement finds its rows by an index', () => {
  let handle: Handle;
  let store: Store;
  /** A text is noted when it is first prepared: each test has a store of its own. */
  const texts = new Set<string>();
  beforeEach(async () => {
    texts.clear();
    const dataDir = mkdtempSync(join(tmpdir(), 'changeover-'));
    await (await openStore({ dataDir }, { clock: createTestClock(), verifyInstance: verifyTestInstance })).store.close();
    const open = (file: string) => {
      handle = openWriter(file);
      const prepare = handle.prepare.bind(handle);
      // Notes each text on its way.
      handle.prepare = ((text: string) => {
        texts.add(text);
        return prepare(text);
      }) as typeof handle.prepare;
      return handle;
    };
    store = signed(createStore(createSqliteEngine(join(dataDir, 'changeover.db'), createTestClock(), open)));
  });
  afterEach(() => store.close());

  const scopes = [
    { projectId: 'p', integrationIds: null },
    { projectId: 'p', integrationIds: ['i'] },
  ];
  const bytes = Buffer.alloc(32);
  const pages = [
    { limit: 10, after: null },
    { limit: 10, after: { at: 1, id: 'a' } },
  ];

  const CALLS: Readonly<Record<string, (tx: Writers) => Promise<void>>> = {
    projects: async (tx) => {
      await tx.projects.find('p');
      await tx.projects.all();
      await tx.sites.ofIntegration('p', 'i');
      await tx.sites.all('p');
      await tx.sites.rename('p', 's', 'n', 1);
      await tx.keys.find('p', 'dek');
      await tx.keys.upgrade();
      await tx.keys.neededBy('p', 1);
      await tx.keys.retire('p', 1);
      await tx.keys.countOutside('k');
      await tx.keys.nextOutside('k');
      await tx.keys.endUpgrade(1);
      await tx.keys.dropUpgrade(1);
    },
    integrations: async (tx) => {
      for (const scope of scopes) {
        await tx.integrations.find(scope, 'i');
        await tx.integrations.findMany(scope, ['i', 'j']);
        await tx.integrations.findByName(scope, 'n', 'name');
        await tx.integrations.all(scope, 10);
      }
      await tx.integrations.removeIfEmpty(scopes[0] ?? { projectId: 'p', integrationIds: null }, 'i', 1);
    },
    connections: async (tx) => {
      for (const scope of scopes) {
        await tx.connections.find(scope, 'c');
        await tx.connections.findWithCurrent(scope, 'c');
        await tx.connections.findMany(scope, ['c', 'd']);
        await tx.connections.ofIntegrations(scope, ['i'], 10);
        await tx.connections.listing(scope, { limit: 10, after: null });
        for (const settings of ['short', 'long'] as const) await tx.connections.listing(scope, { limit: 10, after: null }, settings);
        await tx.connections.advance(scope, 'c', { from: 1, to: 2 }, { by: null, now: 1 });
        for (const page of pages) {
          for (const filter of [{}, { kinds: ['postgres'] }, { integrationId: 'i' }, { active: true }, { ids: ['c'] }])
            await tx.connections.page(scope, filter, page);
        }
      }
    },
    versions: async (tx) => {
      for (const scope of scopes) {
        await tx.versions.find(scope, 'c', 1);
        await tx.versions.list(scope, 'c', { limit: 10, before: null });
        await tx.versions.list(scope, 'c', { limit: 10, before: 5 });
        await tx.versions.currentOf(scope, ['c', 'd']);
      }
      await tx.versions.scan(null, 10);
      await tx.versions.scan({ connectionId: 'c', version: 1 }, 10);
      await tx.versions.storedOf([
        { connectionId: 'c', version: 1 },
        { connectionId: 'd', version: 2 },
      ]);
      await tx.versions.before('c', 2);
      await tx.versions.firstWith('c', 'x');
      await tx.versions.firstOfGenerations('p', 'c', [1, 2]);
      await tx.versions.chain('c');
      await tx.versions.relink({ connectionId: 'c', version: 1, cipherHash: bytes, keyGeneration: 1, rowMac: bytes });
      await tx.contents.ofGenerations('p', 'c', [1, 2], 10);
      await tx.contents.nextOfGenerations('p', [1, 2], 'c');
      await tx.contents.reseal('x', bytes, { blob: bytes, cipherHash: bytes, keyGeneration: 1 });
      await tx.versions.retirable(1, 10);
      await tx.versions.retirable(1, 10, { at: 1, id: 'c', version: 1 });
      await tx.versions.destroyable(1, 10, { at: 1, id: 'c', version: 1 });
      await tx.versions.waiting(10);
      await tx.versions.demote('c', 1, 1);
      await tx.versions.retire('c', 1, 1);
      await tx.versions.retireAll('c', 1);
      await tx.versions.markDestroyed('c', 1, 1);
      await tx.contents.find({ projectId: 'p' }, 'x');
      await tx.contents.destroyIfUnused('x', 0);
    },
    changes: async (tx) => {
      for (const scope of scopes) {
        await tx.changes.find(scope, 'c');
        await tx.changes.findByKeyHash(scope, bytes);
        for (const page of pages)
          for (const filter of [{}, { connectionId: 'c' }, { state: 'OPEN' as const }]) await tx.changes.page(scope, filter, page);
      }
      await tx.changes.expired(1, 10);
      await tx.changes.scanOpen(null, 10);
      await tx.changes.scanOpen({ expiresAt: 1, id: 'c' }, 10);
      await tx.changes.openOf('c');
      await tx.changes.openWith('x');
      await tx.changes.countOpen({ connectionId: 'c' }, 10);
      await tx.changes.countOpen({ projectId: 'p', createdBy: 't' }, 10);
      await tx.changes.outdated('c', 1, 10);
      await tx.retention.changes('p', { begunBy: 1, endedBy: 2 }, 10);
      await tx.retention.validations(1, null, 10);
      await tx.retention.validations(1, { at: 1, id: 'v' }, 10);
      await tx.retention.events(1, 10);
      await tx.retention.sessions(1, 10);
      await tx.changes.setCipherHash('x', bytes);
      await tx.changes.pending(null, 10);
      await tx.changes.pending({ waitUntil: 1, id: 'c' }, 10);
      await tx.changes.waitingFor('c', 1);
      await tx.changes.pend('c', null, 1, false);
      await tx.changes.giveUp('c', 'CHANGE_EXPIRED');
      await tx.changes.discard('c', 1);
      await tx.validations.passed('p', bytes, 1);
      await tx.validations.isRecorded('p', 'v');
      await tx.validations.comparison('p', bytes, { validator: 'v', comparedWith: 1, since: 1 });
    },
    events: async (tx) => {
      await tx.events.place('p', 'e');
      await tx.events.newest('p');
      await tx.events.after('p', null, 10);
      await tx.events.after('p', { publishedAt: 1, createdAt: 1, id: 'e' }, 10);
      await tx.events.hasUnpublished();
      await tx.events.append({ id: 'e', projectId: 'p', type: 'connection.update', entityId: 'c', data: {}, createdAt: 1 });
      await tx.events.publish(10);
    },
    leases: async (tx) => {
      for (const scope of scopes) {
        await tx.leases.find(scope, 'l');
        await tx.leases.findByKeyHash(scope, bytes);
        for (const page of pages)
          for (const filter of [{}, { connectionId: 'c' }, { liveAt: 1 }]) await tx.leases.page(scope, filter, page);
      }
      await tx.leases.liveOf('c', 1);
      await tx.leases.countLive(1, 10);
      await tx.retention.leases('p', { begunBy: 1, endedBy: 2 }, 10);
      await tx.leases.renew('l', 2, 1);
      await tx.leases.end('l', 'ended', 1);
    },
    tokens: async (tx) => {
      await tx.tokens.findByHash(bytes);
      await tx.tokens.find('t');
      for (const page of pages) await tx.tokens.list('p', page);
      await tx.tokens.any();
      await tx.tokens.countOwners('p', 1);
      await tx.sessions.find(bytes);
      await tx.sessions.findById('s');
      await tx.replayGuards.used('g');
      await tx.replayGuards.findMany(['g', 'h']);
      await tx.replayGuards.advance({ id: 'g', used: 1, expiresAt: 1 });
      await tx.retention.replayGuards(1, 10);
      await tx.tokens.revoke('t', 1);
      await tx.tokens.touch('t', 1);
      await tx.sessions.end('s', 1);
    },
    'idempotency and audit': async (tx) => {
      await tx.idempotency.take(
        { tokenId: 't', key: 'k', requestHash: bytes, answer: null, keyGeneration: null, startedAt: 1, takenUntil: 2, expiresAt: 3 },
        1,
      );
      await tx.idempotency.release('t', 'k', 1);
      await tx.idempotency.forget('t', 'k', 1);
      await tx.idempotency.prune(1, 10);
      await tx.idempotency.releaseAll();
      await tx.audit.find('p', 'a');
      await tx.audit.commitsOf('c', { from: 0, to: 1 }, null, 10);
      await tx.audit.commitsOf('c', { from: 0, to: 1 }, { at: 1, id: 'a' }, 10);
      await tx.audit.resealsOf('c', null, 1);
      await tx.audit.resealsOf('c', { at: 1, id: 'a' }, 1);
      await tx.audit.scanCommits(null, 10);
      await tx.audit.scanCommits({ entityId: 'c', at: 1, id: 'a' }, 10);
      await tx.audit.archived();
      await tx.audit.atSeq(1);
      await tx.audit.cut(1, { seq: 2, chainHash: bytes, kept: 1, keptHash: bytes, at: 1, mac: bytes });
      await tx.audit.sealed(null, 10);
      await tx.audit.sealed(1, 10);
      await tx.audit.unsealed(null, 10);
      await tx.audit.unsealed({ at: 1, id: 'a' }, 10);
      await tx.audit.head();
      await tx.audit.countUnsealed(10);
      await tx.audit.seal(10, bytes, () => bytes);
      for (const page of pages) for (const { filter } of AUDIT_PAGES) await tx.audit.page('p', filter, page);
    },
  };

  test.each(Object.entries(CALLS))('of %s', async (_name, call) => {
    await store.write(call);
    const asked = [...texts].filter((text) => /^(select|update|delete|insert)/i.test(text));
    const plans = asked.flatMap((text) =>
      stepsOf(text)
        .filter((step) => /^SCAN /.test(step) && !WALKED.some((allowed) => allowed.test(step)))
        .map((step) => `${step} <- ${text.slice(-300)}`),
    );
    expect({ isAsked: asked.length > 0, plans }).toEqual({ isAsked: true, plans: [] });
  });

  test.each(AUDIT_PAGES)('of a page of the audit with $filter', async ({ filter, found }) => {
    await store.write((tx) => tx.audit.page('p', filter, { limit: 10, after: { at: 1, id: 'a' } }));
    const searches = selects()
      .flatMap(stepsOf)
      .flatMap((step) => /^SEARCH audit USING (?:COVERING )?INDEX (audit_.*)/.exec(step)?.[1] ?? []);
    expect(new Set(searches)).toEqual(new Set([found]));
  });

  const selects = () => [...texts].filter((text) => text.startsWith('select'));

  function stepsOf(text: string): readonly string[] {
    const statement = handle.prepare(`explain query plan ${text}`);
    // Values don't matter to the plan, but their number does to the binding.
    const steps = statement.all(...Array.from({ length: (text.match(/\?/g) ?? []).length }, () => null));
    return (steps as { readonly detail: string }[]).map(({ detail }) => detail);
  }
});
