const ATLAS = ['test/rest/atlas/access.test.ts'];
const MERGE = ['test/rest/atlas/merge.test.ts'];
const BEARERS = ['test/rest/matillion/token.test.ts'];
const RECORDS = ['test/operations/dialects/dialect-records.test.ts'];
const FACETS = ['test/operations/dialects/facets.test.ts'];
const PATCH_ORDER = ['test/rest/lerian/patch-order.test.ts'];
const UNLESS_HELD = ['test/operations/changes/update-unless-held.test.ts'];
const LERIAN = ['test/rest/lerian/connections.test.ts'];
const FACETS_ALONE = ['test/operations/changes/update-facets.test.ts'];
const LERIAN_JOBS = ['test/rest/lerian/jobs.test.ts'];
const POSIT = ['test/rest/posit/integrations.test.ts'];
const POSIT_MERGE = ['test/domain/posit/merge-config.test.ts'];
const CONTENT = ['test/rest/posit/content.test.ts'];
const REPLACE = ['test/rest/matillion/replace.test.ts'];
const OVERRIDES = ['test/rest/matillion/overrides.test.ts'];
const MATILLION = ['test/rest/matillion/connections.test.ts'];
const NATIVE = ['test/rest/native/leases.test.ts'];

/** What clients of other products could be told wrongly, or be let do: masks, logins, orders of checks, merges, names of other projects. */
export const REST = [
  {
    id: 'rest/atlas-mask-replaces',
    file: 'src/rest/atlas/fields/merge.ts',
    before: `  if (mask !== 'none' && isMask(value)) return masked(name);
`,
    after: '',
    tests: MERGE,
    name: 'the body of a PUT',
  },
  {
    id: 'rest/atlas-mask-creates',
    file: 'src/rest/atlas/fields/merge.ts',
    before: 'field.mask !== undefined && isMask(value) ? masked(field.name) : checked(field, value)',
    after: 'checked(field, value)',
    tests: MERGE,
    name: 'the body of a POST',
  },
  {
    id: 'rest/atlas-secret-cleared-when-absent',
    file: 'src/rest/atlas/fields/merge.ts',
    before: "    if (absent === 'clear') return cleared;",
    after: '    if (absent !== undefined) return cleared;',
    tests: MERGE,
  },
  {
    id: 'rest/atlas-switches-kept',
    file: 'src/rest/atlas/fields/merge.ts',
    before: "return field.absent === 'default' ? (field.default ?? null) : null;",
    after: 'return undefined;',
    tests: MERGE,
    name: 'the body of a PUT',
  },
  {
    id: 'rest/atlas-replaces-what-it-has-not-seen',
    file: 'src/rest/atlas/integrations.ts',
    before: '{ connectionId: connection.id, changes, expectedVersion: current.version }',
    after: '{ connectionId: connection.id, changes }',
    tests: ['test/rest/atlas/integrations.test.ts'],
    name: 'after it had looked',
  },
  {
    id: 'rest/atlas-v2-creates-by-put',
    file: 'src/rest/atlas/integrations.ts',
    before: 'if (!pathOf',
    after: 'if (true || !pathOf',
    tests: ['test/rest/atlas/wire.test.ts', 'test/rest/atlas/integrations.test.ts', 'test/rest/atlas/contract.test.ts'],
  },
  {
    id: 'rest/atlas-state-told-before-the-body',
    file: 'src/rest/atlas/integrations.ts',
    before: '  requireFit(replacementOfNothing(service, body), body);',
    after: '  replacementOfNothing(service, body);',
    tests: ['test/rest/atlas/wire.test.ts'],
    name: 'is told what is wrong with it first',
  },
  {
    id: 'rest/digest-count-twice',
    file: 'src/operations/access/digest-nonce.ts',
    before: 'return await services.store.write((tx) => tx.replayGuards.advance({ id, used, expiresAt }));',
    after: `await services.store.write((tx) => tx.replayGuards.advance({ id, used, expiresAt }));
  return true;`,
    tests: ATLAS,
    name: 'rising counts',
  },
  {
    id: 'rest/digest-count-zero',
    file: 'src/operations/access/digest-nonce.ts',
    before: ' || used === 0',
    after: '',
    tests: ATLAS,
  },
  {
    id: 'rest/digest-nonce-for-ever',
    file: 'src/operations/access/digest-nonce.ts',
    before: 'expiresAt <= (await services.store.now()) || ',
    after: '',
    tests: ATLAS,
  },
  {
    id: 'rest/digest-nonce-of-nobody',
    file: 'src/operations/access/digest-nonce.ts',
    before: ' || !timingSafeEqual(bytes.subarray(CLAIMS), macOf(services, bytes.subarray(0, CLAIMS)))',
    after: '',
    tests: ATLAS,
    name: 'nobody made',
  },
  {
    id: 'rest/digest-of-another-request',
    file: 'src/operations/access/authenticate.ts',
    before: ' || uri !== target',
    after: '',
    tests: ATLAS,
    name: 'this very request',
  },
  {
    id: 'rest/bearer-after-its-end',
    file: 'src/operations/access/authenticate.ts',
    before: '  if (access.expiresAt <= (await services.store.now())) throw new ExpiredToken();\n',
    after: '',
    tests: BEARERS,
    name: 'half hour',
  },
  {
    id: 'rest/bearer-after-it-was-given-back',
    file: 'src/operations/access/authenticate.ts',
    before: 'read.replayGuards.used(accessGuardId(services, secret))) > 0',
    after: 'read.replayGuards.used(accessGuardId(services, secret))) > 1',
    tests: ATLAS,
    name: 'until it is given back',
  },
  {
    id: 'rest/bearer-given-back-by-a-stranger',
    file: 'src/operations/access/give-back-access.ts',
    before: 'access.tokenId !== actor.tokenId || ',
    after: '',
    tests: ATLAS,
    name: 'service accounts',
  },
  {
    id: 'rest/bearer-outlives-its-token',
    file: 'src/domain/token/access-term.ts',
    before: 'Math.min(now + ttlMs, expiresAt ?? Infinity)',
    after: 'now + ttlMs',
    tests: BEARERS,
    name: 'half hour',
  },
  {
    id: 'rest/record-by-whoever',
    file: 'src/operations/dialects/dialect-records.ts',
    within: 'function requireWriter',
    before: '  requirePermission(actor, right);\n',
    after: '',
    tests: RECORDS,
  },
  {
    id: 'rest/record-by-a-limited-token',
    file: 'src/operations/dialects/dialect-records.ts',
    before: '  requireWholeProject(actor',
    after: '  void (actor',
    tests: RECORDS,
  },
  {
    id: 'rest/records-removed-in-part',
    file: 'src/operations/dialects/dialect-records.ts',
    before: 'else if (!(await wasRemoved(services, actor, tx, { rule, key }))) throw notFound(rule.what);',
    after: 'else await wasRemoved(services, actor, tx, { rule, key });',
    tests: [...RECORDS, ...CONTENT],
  },
  {
    id: 'rest/record-unsigned',
    file: 'src/store/sql/dialects/dialect-records.ts',
    within: 'find: async (projectId, kind, key) =>',
    before: `verifiedOne<DialectRecord>(
        source,
        dialectRecords,
        await db
          .select()
          .from(dialectRecords)
          .where(and(ofKind(projectId, kind), eq(dialectRecords.key, key))),
      ),`,
    after: `((await db
        .select()
        .from(dialectRecords)
        .where(and(ofKind(projectId, kind), eq(dialectRecords.key, key))))[0] ?? null),`,
    tests: RECORDS,
    name: 'not believed',
  },
  {
    id: 'rest/external-id-of-another-project',
    file: 'src/operations/dialects/external-ids.ts',
    before: 'findByValue(kind, value, projectId)',
    after: 'findByValue(kind, value, null)',
    tests: RECORDS,
    name: 'another form',
  },
  {
    id: 'rest/name-that-stands-for-two',
    file: 'src/domain/dialect/shown-names.ts',
    before: 'counts.get(shownName(row)) === 1',
    after: 'counts.has(shownName(row))',
    tests: [...MATILLION, ...FACETS],
  },
  {
    id: 'rest/kind-that-stands-for-two',
    file: 'src/domain/dialect/shown-kinds.ts',
    before: 'return others.length === 0 ? shown : null;',
    after: 'return shown;',
    tests: ['test/rest/atlas/integrations.test.ts'],
    name: 'another way',
  },
  {
    id: 'rest/lerian-in-use-told-last',
    file: 'src/rest/lerian/connections/patch.ts',
    before: '  await requireNotHeld(services, actor, connectionId);\n',
    after: '',
    tests: PATCH_ORDER,
  },
  {
    id: 'rest/lerian-changed-while-held',
    file: 'src/operations/commits/update-unless-held.ts',
    before: "leaseRule: 'always-hold-back', ",
    after: '',
    tests: UNLESS_HELD,
  },
  {
    id: 'rest/lerian-touched-while-held',
    file: 'src/operations/commits/update-unless-held.ts',
    before: "    if (leases.length > 0) throw inUse('Running jobs hold this connection.', leases, now);\n",
    after: '',
    tests: UNLESS_HELD,
  },
  {
    id: 'rest/lerian-facets-dropped',
    file: 'src/rest/lerian/connections/patch.ts',
    within: 'function facetAfter',
    before: '    ...before,\n',
    after: '',
    tests: LERIAN,
  },
  {
    id: 'rest/lerian-assigned-twice',
    file: 'src/rest/lerian/connections/manage.ts',
    before: "    if (facet.productName !== undefined) throw fault('FET-1015', 'The connection belongs to a product already.');\n",
    after: '',
    tests: LERIAN,
    name: 'assigned, once',
  },
  {
    id: 'rest/lerian-assigned-when-nothing-runs',
    file: 'src/operations/commits/update-facets.ts',
    before: "leaseRule: 'never-hold-back', ",
    after: '',
    tests: FACETS_ALONE,
  },
  {
    id: 'rest/lerian-assigned-under-a-waiting-change',
    file: 'src/operations/commits/update-facets.ts',
    before: 'requireNoneWaits(waiting, leases',
    after: 'requireNoneWaits(null, leases',
    tests: FACETS_ALONE,
  },
  {
    id: 'rest/lerian-job-of-another-product',
    file: 'src/rest/lerian/jobs.ts',
    before: 'productName !== source.toLowerCase()',
    after: "productName === ''",
    tests: LERIAN_JOBS,
  },
  {
    id: 'rest/lerian-job-for-ever-the-same',
    file: 'src/rest/lerian/jobs.ts',
    before: 'const REPEATS_MS = 5 * 60 * 1000;',
    after: 'const REPEATS_MS = 50 * 60 * 1000;',
    tests: LERIAN_JOBS,
  },
  {
    id: 'rest/posit-config-replaced',
    file: 'src/domain/posit/merge-config.ts',
    before: 'new Map(Object.entries(stored))',
    after: 'new Map<string, string | boolean>()',
    tests: POSIT_MERGE,
  },
  {
    id: 'rest/posit-moved-secrets',
    file: 'src/operations/posit/update-integration.ts',
    before: '  requireUnnamedSecrets(template, { before, after, sent: Object.keys(sent) });\n',
    after: '',
    tests: POSIT,
    name: 'moves needs its secrets',
  },
  {
    id: 'rest/posit-other-sort',
    file: 'src/operations/posit/update-integration.ts',
    before: '  requireSameAuthType(template, before, after);\n',
    after: '',
    tests: POSIT,
  },
  {
    id: 'rest/posit-access-list',
    file: 'src/operations/posit/read-integrations.ts',
    before: "return permissions.has('commit') || mayUse(facts, tokenId);",
    after: "return permissions.has('read') || mayUse(facts, tokenId);",
    tests: POSIT,
  },
  {
    id: 'rest/posit-tag-of-facts',
    file: 'src/operations/posit/update-integration.ts',
    before: '  requireExpected(update, stored);\n',
    after: '',
    tests: POSIT,
    name: 'seen an older one',
  },
  {
    id: 'rest/posit-session-forged',
    file: 'src/operations/consumers/session-token.ts',
    before: "  if (!timingSafeEqual(bytes.subarray(CLAIMS), macOf(services, projectId, claims))) return 'forged';\n",
    after: '',
    tests: CONTENT,
  },
  {
    id: 'rest/posit-session-of-another-project',
    file: 'src/operations/consumers/session-token.ts',
    before: "keyedHash('token', 'consumer', projectId, claims)",
    after: "keyedHash('token', 'consumer', claims)",
    tests: ['test/operations/consumers/session-token.test.ts'],
  },
  {
    id: 'rest/posit-session-of-content-made-anew',
    file: 'src/operations/posit/exchange-credentials.ts',
    before: 'consumer === null || consumer.tokenMadeAt !== claims.madeAt',
    after: 'consumer === null',
    tests: CONTENT,
  },
  {
    id: 'rest/matillion-put-merges',
    file: 'src/rest/matillion/replace-connection.ts',
    before: '{ description, secretsLocation, connectionProperties: properties }',
    after: '{ connectionProperties: properties }',
    tests: REPLACE,
  },
  {
    id: 'rest/matillion-read-only',
    file: 'src/rest/matillion/replace-connection.ts',
    before: '  refuse(changedReadOnly(connection, body), NOT_UPDATED);\n',
    after: '',
    tests: REPLACE,
  },
  {
    id: 'rest/matillion-overrides-removed-in-part',
    file: 'src/operations/matillion/overrides.ts',
    before: "  if (!connections.every((connection) => Object.hasOwn(overridesOf(connection), environment))) throw notFound('override');\n",
    after: '',
    tests: OVERRIDES,
  },
  {
    id: 'rest/matillion-overrides-removed-past-a-job',
    file: 'src/operations/commits/update-together.ts',
    before: "if ('leases' in result) throw heldBackRefusal(result);",
    after: "if ('leases' in result) continue;",
    tests: OVERRIDES,
  },
  {
    id: 'rest/matillion-leases-ended-for-nothing',
    file: 'src/operations/matillion/write-connection.ts',
    before: 'if (!connection.deletionProtection) await endLeases',
    after: 'await endLeases',
    tests: [...MATILLION, 'test/rest/matillion/leases.test.ts'],
  },
  {
    id: 'rest/matillion-secret-of-the-wrong-key',
    file: 'src/domain/matillion/named-secrets.ts',
    before: "member.replace(/Name$/, 'Key')",
    after: "'secretKey'",
    tests: ['test/rest/matillion/leases.test.ts'],
  },
  {
    id: 'rest/idempotency-of-another-path',
    file: 'src/rest/kit/route.ts',
    within: 'const idempotency = ',
    before: 'request.url',
    after: 'id',
    tests: NATIVE,
  },
  {
    id: 'rest/right-asked-for-last',
    file: 'src/rest/kit/route.ts',
    before: '    if (right !== undefined) requireRight(actor, right);\n',
    after: '',
    tests: [...POSIT, ...MATILLION],
  },
  {
    id: 'rest/native-any-version',
    file: 'src/rest/native/changes.ts',
    before: 'changes: given, replace, ...expectation }',
    after: 'changes: given, replace }',
    tests: ['test/rest/native'],
  },
];
