/** Dropped checks of who may: the matrix of operations and roles has to see each. */
const MATRIX = ['test/operations/every-operation.test.ts'];

export const ACCESS = [
  {
    id: 'access/create',
    file: 'src/operations/add-connection.ts',
    before: `function addConnection(services: Services, actor: Actor, input: AddConnection): Promise<CommitOutcome> {
  requirePermission(actor, 'create');
`,
    after: `function addConnection(services: Services, actor: Actor, input: AddConnection): Promise<CommitOutcome> {
`,
    tests: MATRIX,
    name: 'addConnection',
  },
  {
    id: 'access/storage',
    file: 'src/operations/check-storage.ts',
    before: `function checkStorage(services: Services, actor: Actor, siteId: string | null): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function checkStorage(services: Services, actor: Actor, siteId: string | null): Promise<ValidationResult> {
`,
    tests: MATRIX,
    name: 'testStorageAccess',
  },
  {
    id: 'access/commit',
    file: 'src/operations/commit-change.ts',
    before: `function findCommittable(services: Services, actor: Actor, input: CommitInput): Promise<Change> {
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: UPDATES });
  requirePermission(actor, change.purpose === 'roll-back' ? 'rollback' : 'commit');
`,
    after: `function findCommittable(services: Services, actor: Actor, input: CommitInput): Promise<Change> {
  const change = await findChange(services, actor, input.key, { connectionId: input.connectionId, purposes: UPDATES });
`,
    tests: MATRIX,
    name: 'commitChange',
  },
  {
    id: 'access/break-glass',
    file: 'src/operations/commit-change.ts',
    before: `function readOptions(actor: Actor, { skipProof = false, breakGlass }: CommitInput): CommitOptions {
  if (breakGlass === undefined) return { skipProof, breakGlass: null };
  requirePermission(actor, 'break-glass');
`,
    after: `function readOptions(actor: Actor, { skipProof = false, breakGlass }: CommitInput): CommitOptions {
  if (breakGlass === undefined) return { skipProof, breakGlass: null };
`,
    tests: MATRIX,
    name: 'breaks glass',
  },
  {
    id: 'access/discard',
    file: 'src/operations/discard-change.ts',
    before: `function discardChange(services: Services, actor: Actor, changeId: string): Promise<Change> {
  requirePermission(actor, 'stage');
`,
    after: `function discardChange(services: Services, actor: Actor, changeId: string): Promise<Change> {
`,
    tests: MATRIX,
    name: 'discardChange',
  },
  {
    id: 'access/examine',
    file: 'src/operations/examine-store.ts',
    before: `function examineStore(services: Services, actor: Actor): Promise<Examination> {
  requireOperator(actor);
`,
    after: `function examineStore(services: Services, actor: Actor): Promise<Examination> {
`,
    tests: MATRIX,
    name: 'storeExamination',
  },
  {
    id: 'access/grant',
    file: 'src/operations/grant-secrets.ts',
    before: `function grantSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<ProviderGrant> {
  requireOperator(actor);
`,
    after: `function grantSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<ProviderGrant> {
`,
    tests: MATRIX,
    name: 'grantSecrets',
  },
  {
    id: 'access/revoke-grant',
    file: 'src/operations/grant-secrets.ts',
    before: `function revokeSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<void> {
  requireOperator(actor);
`,
    after: `function revokeSecrets(services: Services, actor: Actor, input: GrantSecrets): Promise<void> {
`,
    tests: MATRIX,
    name: 'revokeSecrets',
  },
  {
    id: 'access/acquire',
    file: 'src/operations/hold-lease.ts',
    before: `function acquireLease(services: Services, actor: Actor, input: AcquireLease): Promise<HeldLease & { readonly key: string }> {
  requirePermission(actor, 'lease');
`,
    after: `function acquireLease(services: Services, actor: Actor, input: AcquireLease): Promise<HeldLease & { readonly key: string }> {
`,
    tests: MATRIX,
    name: 'acquireLease',
  },
  {
    id: 'access/read-lease',
    file: 'src/operations/hold-lease.ts',
    before: `function readLease(
  services: Services,
  actor: Actor,
  key: string,
  options: { readonly fresh?: boolean } = {},
): Promise<HeldLease> {
  requirePermission(actor, 'lease');
`,
    after: `function readLease(
  services: Services,
  actor: Actor,
  key: string,
  options: { readonly fresh?: boolean } = {},
): Promise<HeldLease> {
`,
    tests: MATRIX,
    name: 'readLease',
  },
  {
    id: 'access/renew',
    file: 'src/operations/hold-lease.ts',
    before: `function renewLease(services: Services, actor: Actor, key: string, ttlMs?: number): Promise<Lease> {
  requirePermission(actor, 'lease');
`,
    after: `function renewLease(services: Services, actor: Actor, key: string, ttlMs?: number): Promise<Lease> {
`,
    tests: MATRIX,
    name: 'renewLease',
  },
  {
    id: 'access/release',
    file: 'src/operations/hold-lease.ts',
    before: `function releaseLease(services: Services, actor: Actor, key: string): Promise<Lease> {
  requirePermission(actor, 'lease');
`,
    after: `function releaseLease(services: Services, actor: Actor, key: string): Promise<Lease> {
`,
    tests: MATRIX,
    name: 'releaseLease',
  },
  {
    id: 'access/end-lease',
    file: 'src/operations/hold-lease.ts',
    before: `function endLease(services: Services, actor: Actor, id: string): Promise<Lease> {
  requirePermission(actor, 'end-lease');
`,
    after: `function endLease(services: Services, actor: Actor, id: string): Promise<Lease> {
`,
    tests: MATRIX,
    name: 'endLease',
  },
  {
    id: 'access/rename',
    file: 'src/operations/manage-connection.ts',
    before: `function renameConnection(services: Services, actor: Actor, connectionId: string, name: string): Promise<Connection> {
  requirePermission(actor, 'commit');
`,
    after: `function renameConnection(services: Services, actor: Actor, connectionId: string, name: string): Promise<Connection> {
`,
    tests: MATRIX,
    name: 'setConnectionName',
  },
  {
    id: 'access/protect',
    file: 'src/operations/manage-connection.ts',
    before: `function setDeletionProtection(services: Services, actor: Actor, connectionId: string, on: boolean): Promise<Connection> {
  requirePermission(actor, 'commit');
`,
    after: `function setDeletionProtection(services: Services, actor: Actor, connectionId: string, on: boolean): Promise<Connection> {
`,
    tests: MATRIX,
    name: 'setConnectionDeletionProtection',
  },
  {
    id: 'access/toggle',
    file: 'src/operations/manage-connection.ts',
    before: `function toggleConnection(services: Services, actor: Actor, connectionId: string, active: boolean): Promise<Connection> {
  requirePermission(actor, 'commit');
`,
    after: `function toggleConnection(services: Services, actor: Actor, connectionId: string, active: boolean): Promise<Connection> {
`,
    tests: MATRIX,
    name: 'toggleConnectionEnable',
  },
  {
    id: 'access/policy',
    file: 'src/operations/manage-connection.ts',
    before: `function setConnectionPolicy(
  services: Services,
  actor: Actor,
  connectionId: string,
  policy: Partial<ConnectionPolicy>,
): Promise<Connection> {
  requirePermission(actor, 'policy');
`,
    after: `function setConnectionPolicy(
  services: Services,
  actor: Actor,
  connectionId: string,
  policy: Partial<ConnectionPolicy>,
): Promise<Connection> {
`,
    tests: MATRIX,
    name: 'setConnectionPolicy',
  },
  {
    id: 'access/remove',
    file: 'src/operations/manage-connection.ts',
    before: `function removeConnection(services: Services, actor: Actor, connectionId: string): Promise<void> {
  requirePermission(actor, 'delete');
`,
    after: `function removeConnection(services: Services, actor: Actor, connectionId: string): Promise<void> {
`,
    tests: MATRIX,
    name: 'removeConnection',
  },
  {
    id: 'access/delete-integration',
    file: 'src/operations/manage-connection.ts',
    before: `function deleteIntegration(services: Services, actor: Actor, integrationId: string): Promise<void> {
  requirePermission(actor, 'delete');
`,
    after: `function deleteIntegration(services: Services, actor: Actor, integrationId: string): Promise<void> {
`,
    tests: MATRIX,
    name: 'deleteIntegration',
  },
  {
    id: 'access/rename-integration',
    file: 'src/operations/manage-connection.ts',
    before: `function renameIntegration(
  services: Services,
  actor: Actor,
  input: { readonly id: string; readonly name: string; readonly categories?: readonly IntegrationCategory[] },
): Promise<Integration> {
  requirePermission(actor, 'commit');
`,
    after: `function renameIntegration(
  services: Services,
  actor: Actor,
  input: { readonly id: string; readonly name: string; readonly categories?: readonly IntegrationCategory[] },
): Promise<Integration> {
`,
    tests: MATRIX,
    name: 'set.*Name',
  },
  {
    id: 'access/create-token',
    file: 'src/operations/manage-tokens.ts',
    before: `function createToken(services: Services, actor: Actor, input: CreateToken): Promise<CreatedToken> {
  requirePermission(actor, 'token');
`,
    after: `function createToken(services: Services, actor: Actor, input: CreateToken): Promise<CreatedToken> {
`,
    tests: MATRIX,
    name: 'createToken',
  },
  {
    id: 'access/revoke-token',
    file: 'src/operations/manage-tokens.ts',
    before: `function revokeToken(services: Services, actor: Actor, tokenId: string): Promise<void> {
  requirePermission(actor, 'token');
`,
    after: `function revokeToken(services: Services, actor: Actor, tokenId: string): Promise<void> {
`,
    tests: MATRIX,
    name: 'revokeToken',
  },
  {
    id: 'access/list-tokens',
    file: 'src/operations/manage-tokens.ts',
    before: `function listTokens(services: Services, actor: Actor): ReturnType<Services['store']['read']['tokens']['list']> {
  requirePermission(actor, 'token');
`,
    after: `function listTokens(services: Services, actor: Actor): ReturnType<Services['store']['read']['tokens']['list']> {
`,
    tests: MATRIX,
    name: 'tokens',
  },
  {
    id: 'access/preview',
    file: 'src/operations/preview-commit.ts',
    before: `function previewCommit(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly connectionId: string },
): Promise<CommitPreview> {
  requirePermission(actor, 'stage');
`,
    after: `function previewCommit(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly connectionId: string },
): Promise<CommitPreview> {
`,
    tests: MATRIX,
    name: 'commitPreview',
  },
  {
    id: 'access/probe',
    file: 'src/operations/probe-network.ts',
    before: `function probeNetwork(services: Services, actor: Actor, input: ProbeNetwork): Promise<ValidationOutcome> {
  requirePermission(actor, 'probe');
`,
    after: `function probeNetwork(services: Services, actor: Actor, input: ProbeNetwork): Promise<ValidationOutcome> {
`,
    tests: MATRIX,
    name: 'test',
  },
  {
    id: 'access/rename-site',
    file: 'src/operations/rename-site.ts',
    before: `function renameSite(services: Services, actor: Actor, siteId: string, name: string): Promise<void> {
  requirePermission(actor, 'commit');
`,
    after: `function renameSite(services: Services, actor: Actor, siteId: string, name: string): Promise<void> {
`,
    tests: MATRIX,
    name: 'updatePlatformService',
  },
  {
    id: 'access/reseal',
    file: 'src/operations/reseal-connections.ts',
    before: `function resealConnections(services: Services, actor: Actor, after: string | null): Promise<Resealing> {
  requireOperator(actor);
`,
    after: `function resealConnections(services: Services, actor: Actor, after: string | null): Promise<Resealing> {
`,
    tests: MATRIX,
    name: 'resealConnections',
  },
  {
    id: 'access/data-keys',
    file: 'src/operations/rotate-data-key.ts',
    before: `function listDataKeys(services: Services, actor: Actor): Promise<readonly DataKeyRow[]> {
  requireOperator(actor);
`,
    after: `function listDataKeys(services: Services, actor: Actor): Promise<readonly DataKeyRow[]> {
`,
    tests: MATRIX,
    name: 'dataKeys',
  },
  {
    id: 'access/rotate-data-key',
    file: 'src/operations/rotate-data-key.ts',
    before: `function rotateDataKey(services: Services, actor: Actor): Promise<DataKeyRow> {
  requireOperator(actor);
`,
    after: `function rotateDataKey(services: Services, actor: Actor): Promise<DataKeyRow> {
`,
    tests: MATRIX,
    name: 'rotateDataKey',
  },
  {
    id: 'access/retire-data-key',
    file: 'src/operations/rotate-data-key.ts',
    before: `function retireDataKey(services: Services, actor: Actor, generation: number): Promise<void> {
  requireOperator(actor);
`,
    after: `function retireDataKey(services: Services, actor: Actor, generation: number): Promise<void> {
`,
    tests: MATRIX,
    name: 'retireDataKey',
  },
  {
    id: 'access/rotate-master-key',
    file: 'src/operations/rotate-master-key.ts',
    before: `function rotateMasterKey(services: Services, actor: Actor, newKeyFile: string): Promise<RotationProgress> {
  requireOperator(actor);
`,
    after: `function rotateMasterKey(services: Services, actor: Actor, newKeyFile: string): Promise<RotationProgress> {
`,
    tests: MATRIX,
    name: 'rotateMasterKey',
  },
  {
    id: 'access/rotate-master-key-local',
    file: 'src/operations/rotate-master-key.ts',
    before: `function rotateMasterKey(services: Services, actor: Actor, newKeyFile: string): Promise<RotationProgress> {
  requireOperator(actor);
`,
    after: `function rotateMasterKey(services: Services, actor: Actor, newKeyFile: string): Promise<RotationProgress> {
 `,
    tests: MATRIX,
    name: 'rotateMasterKey',
  },
  {
    id: 'access/validate-change',
    file: 'src/operations/run-validation.ts',
    before: `function validateChange(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly kind?: string; readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function validateChange(
  services: Services,
  actor: Actor,
  input: { readonly key: string; readonly kind?: string; readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
`,
    tests: MATRIX,
    name: 'testUpdated',
  },
  {
    id: 'access/test-connection',
    file: 'src/operations/run-validation.ts',
    before: `function testConnection(
  services: Services,
  actor: Actor,
  input: { readonly connectionId: string; readonly validator?: string } & TestOptions,
): Promise<readonly ValidationResult[]> {
  requirePermission(actor, 'validate');
`,
    after: `function testConnection(
  services: Services,
  actor: Actor,
  input: { readonly connectionId: string; readonly validator?: string } & TestOptions,
): Promise<readonly ValidationResult[]> {
`,
    tests: MATRIX,
    name: 'testExisting',
  },
  {
    id: 'access/test-details-validate',
    file: 'src/operations/run-validation.ts',
    before: `function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
`,
    tests: MATRIX,
    name: 'testWebhook',
  },
  {
    id: 'access/test-details-create',
    file: 'src/operations/run-validation.ts',
    before: `function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function testDetails(
  services: Services,
  actor: Actor,
  input: StageCreation & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
 `,
    tests: MATRIX,
    name: 'testWebhook',
  },
  {
    id: 'access/test-update',
    file: 'src/operations/run-validation.ts',
    before: `function testUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function testUpdate(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
`,
    tests: MATRIX,
    name: 'testWebhook',
  },
  {
    id: 'access/stage',
    file: 'src/operations/stage-change.ts',
    before: `function stageMerged(services: Services, actor: Actor, input: StageUpdate): Promise<StagedChange> {
  requirePermission(actor, 'stage');
`,
    after: `function stageMerged(services: Services, actor: Actor, input: StageUpdate): Promise<StagedChange> {
`,
    tests: MATRIX,
    name: 'stageChange',
  },
  {
    id: 'access/end-reference',
    file: 'src/operations/stage-change.ts',
    before: `function requireReplaced(actor: Actor, { path = 'changes', replace }: StageUpdate): void {
  if (replace !== true)
    throw badRequest(
      path,
      'The credentials of this connection stay in an outside manager. Change them there, or the reference with updateSelfHostedCredentialsV2; or store the whole details here with updateCredentials and shouldReplace.',
      { operation: 'updateSelfHostedCredentialsV2' },
    );
  requirePermission(actor, 'reference');
`,
    after: `function requireReplaced(actor: Actor, { path = 'changes', replace }: StageUpdate): void {
  if (replace !== true)
    throw badRequest(
      path,
      'The credentials of this connection stay in an outside manager. Change them there, or the reference with updateSelfHostedCredentialsV2; or store the whole details here with updateCredentials and shouldReplace.',
      { operation: 'updateSelfHostedCredentialsV2' },
    );
`,
    tests: ['test/operations/staging-rights.test.ts'],
  },
  {
    id: 'access/roll-back',
    file: 'src/operations/stage-change.ts',
    before: `function stageVersion(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
  requirePermission(actor, 'rollback');
`,
    after: `function stageVersion(services: Services, actor: Actor, connectionId: string, version: number | null): Promise<StagedChange> {
`,
    tests: MATRIX,
    name: 'rollBack',
  },
  {
    id: 'access/stage-new',
    file: 'src/operations/stage-change.ts',
    before: `function stageNew(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
  requirePermission(actor, 'create');
`,
    after: `function stageNew(services: Services, actor: Actor, input: StageCreation): Promise<StagedChange> {
`,
    tests: MATRIX,
    name: 'stageConnection',
  },
  {
    id: 'access/stage-new-reference',
    file: 'src/operations/stage-reference.ts',
    before: `function stageReferenceCreation(services: Services, actor: Actor, input: NewReference): Promise<StagedChange> {
  return await tellRefusal(services, 'create', async () => {
    requirePermission(actor, 'create');
`,
    after: `function stageReferenceCreation(services: Services, actor: Actor, input: NewReference): Promise<StagedChange> {
  return await tellRefusal(services, 'create', async () => {
`,
    tests: MATRIX,
    name: 'stageConnection',
  },
  {
    id: 'access/stage-reference-stage',
    file: 'src/operations/stage-reference.ts',
    before: `function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await tellRefusal(services, 'update', async () => {
    requirePermission(actor, 'stage');
`,
    after: `function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await tellRefusal(services, 'update', async () => {
`,
    tests: MATRIX,
    name: 'stageChange',
  },
  {
    id: 'access/stage-reference',
    file: 'src/operations/stage-reference.ts',
    before: `function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await tellRefusal(services, 'update', async () => {
    requirePermission(actor, 'stage');
`,
    after: `function stageReferenceUpdate(services: Services, actor: Actor, input: ReferenceUpdate): Promise<StagedChange> {
  return await tellRefusal(services, 'update', async () => {
 `,
    tests: MATRIX,
    name: 'of a reference',
  },
  {
    id: 'access/test-reference-validate',
    file: 'src/operations/stage-reference.ts',
    before: `function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
`,
    tests: MATRIX,
    name: 'testSelfHosted',
  },
  {
    id: 'access/test-reference-create',
    file: 'src/operations/stage-reference.ts',
    before: `function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
  requirePermission(actor, 'validate');
`,
    after: `function testReference(
  services: Services,
  actor: Actor,
  input: NewReference & { readonly validator: string } & TestOptions,
): Promise<ValidationResult> {
 `,
    tests: MATRIX,
    name: 'testSelfHosted',
  },
  {
    id: 'access/update',
    file: 'src/operations/update-connection.ts',
    before: `function updateConnection(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly skipProof?: boolean },
): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
`,
    after: `function updateConnection(
  services: Services,
  actor: Actor,
  input: StageUpdate & { readonly skipProof?: boolean },
): Promise<CommitOutcome> {
`,
    tests: MATRIX,
    name: 'updateCredentials',
  },
  {
    id: 'access/update-reference',
    file: 'src/operations/update-connection.ts',
    before: `function updateReference(
  services: Services,
  actor: Actor,
  input: ReferenceUpdate & { readonly skipProof?: boolean },
): Promise<CommitOutcome> {
  requirePermission(actor, 'commit');
`,
    after: `function updateReference(
  services: Services,
  actor: Actor,
  input: ReferenceUpdate & { readonly skipProof?: boolean },
): Promise<CommitOutcome> {
`,
    tests: MATRIX,
    name: 'updateCredentials',
  },
  {
    id: 'access/verify-audit',
    file: 'src/operations/verify-audit.ts',
    before: `function verifyAudit(services: Services, actor: Actor, anchors: readonly Anchor[]): Promise<AuditVerification> {
  requireOperator(actor);
`,
    after: `function verifyAudit(services: Services, actor: Actor, anchors: readonly Anchor[]): Promise<AuditVerification> {
`,
    tests: MATRIX,
    name: 'auditVerification',
  },
  {
    id: 'access/discard-waiting',
    file: 'src/operations/discard-change.ts',
    before: `    if (change.state === 'PENDING') requirePermission(actor, 'commit');
`,
    after: '',
    tests: MATRIX,
    name: 'waits for jobs',
  },
  {
    id: 'access/list-grants-operator',
    file: 'src/operations/grant-secrets.ts',
    before: 'if (projectId !== null && projectId !== actor.projectId) requireOperator(actor);',
    after: `if (projectId !== null && projectId !== actor.projectId) requirePermission(actor, 'reference');`,
    tests: MATRIX,
    name: 'of another project',
  },
  {
    id: 'access/list-grants',
    file: 'src/operations/grant-secrets.ts',
    before: `  else if (!actor.operator) requirePermission(actor, 'reference');
`,
    after: '',
    tests: MATRIX,
    name: 'secretGrants',
  },
  {
    id: 'access/stage-new-reference-twice',
    file: 'src/operations/stage-reference.ts',
    before: `    requirePermission(actor, 'create');
    requirePermission(actor, 'reference');
    const { connector, reference, beside } = await readNew`,
    after: `    requirePermission(actor, 'create');
    const { connector, reference, beside } = await readNew`,
    equivalent: 'every role that creates may also make references; the check says what is needed, should that change',
  },
  {
    id: 'access/test-reference-reference',
    file: 'src/operations/stage-reference.ts',
    before: `  requirePermission(actor, 'create');
  requirePermission(actor, 'reference');
  const { connector`,
    after: `  requirePermission(actor, 'create');
  const { connector`,
    equivalent: 'every role that creates may also make references; the check says what is needed, should that change',
  },
  {
    id: 'access/test-update-stage',
    file: 'src/operations/run-validation.ts',
    before: `  requirePermission(actor, 'validate');
  requirePermission(actor, 'stage');
`,
    after: `  requirePermission(actor, 'validate');
`,
    equivalent: 'every role that validates may also stage',
  },
  {
    id: 'access/read-services',
    file: 'src/graphql/platform-service.ts',
    before: `      resolve: async (_, args, { services, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: async (_, args, { services, actor }) => {
`,
    tests: MATRIX,
    name: 'getPlatformServices',
  },
  {
    id: 'access/read-changes',
    file: 'src/graphql/change.ts',
    before: `      resolve: (_, { connectionId, state, first, after }, { services: { store }, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: (_, { connectionId, state, first, after }, { services: { store }, actor }) => {
`,
    tests: MATRIX,
    name: 'changes',
  },
  {
    id: 'access/read-change',
    file: 'src/graphql/change.ts',
    before: `      resolve: async (_, { id }, { services: { store }, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: async (_, { id }, { services: { store }, actor }) => {
`,
    tests: MATRIX,
    name: 'change',
  },
  {
    id: 'access/read-validations',
    file: 'src/graphql/validation.ts',
    before: `      resolve: (_, { connectionType }, { services, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: (_, { connectionType }, { services, actor }) => {
`,
    tests: MATRIX,
    name: 'getSupported',
  },
  {
    id: 'access/read-leases',
    file: 'src/graphql/lease.ts',
    before: `      resolve: async (_, { connectionId, live, first, after }, { services: { store }, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: async (_, { connectionId, live, first, after }, { services: { store }, actor }) => {
`,
    tests: MATRIX,
    name: 'leases',
  },
  {
    id: 'access/ping',
    file: 'src/graphql/network.ts',
    before: `      resolve: async (_, { dcId, traceId }, { services: { store }, actor }) => {
        requirePermission(actor, 'read');
`,
    after: `      resolve: async (_, { dcId, traceId }, { services: { store }, actor }) => {
`,
    tests: MATRIX,
    name: 'ping',
  },
  {
    id: 'access/read-integration',
    file: 'src/graphql/container.ts',
    before: `  requirePermission(actor, 'read');
  const found`,
    after: '  const found',
    tests: MATRIX,
    name: 'getWarehouse',
  },
  {
    id: 'access/audit',
    file: 'src/graphql/token.ts',
    before: `        requirePermission(actor, 'audit');
`,
    after: '',
    tests: MATRIX,
    name: 'auditLog',
  },
  {
    id: 'access/audit-limited',
    file: 'src/graphql/token.ts',
    before: `        if (actor.integrationIds !== null)
`,
    after: `        if (actor.integrationIds === undefined)
`,
    tests: MATRIX,
    name: 'auditLog',
  },
  {
    id: 'access/loader-reads',
    file: 'src/graphql/context.ts',
    before: `actor.permissions.has('read') ? await store.read.integrations.all(scope) : []`,
    after: 'await store.read.integrations.all(scope)',
    tests: MATRIX,
    name: 'getUser',
  },
  {
    id: 'access/site-limited',
    file: 'src/operations/rename-site.ts',
    before: `  if (actor.integrationIds !== null)
`,
    after: `  if (actor.integrationIds === undefined)
`,
    tests: MATRIX,
    name: 'updatePlatformService',
  },
  {
    id: 'access/editor-commits',
    file: 'src/domain/actor.ts',
    before: `const EDITOR = ['read', 'stage', 'validate'] as const;`,
    after: `const EDITOR = ['read', 'stage', 'validate', 'commit'] as const;`,
    tests: MATRIX,
    name: 'commitChange',
  },
  {
    id: 'access/admin-leases',
    file: 'src/domain/actor.ts',
    before: `'probe', 'end-lease'] as const;`,
    after: `'probe', 'end-lease', 'lease'] as const;`,
    tests: MATRIX,
    name: 'acquireLease',
  },
  {
    id: 'access/admin-skips-proof',
    file: 'src/domain/actor.ts',
    before: 'const ADMIN = [...EDITOR,',
    after: `const ADMIN = [...EDITOR, 'skip-proof',`,
    tests: ['test/operations/protocol.test.ts'],
  },
  {
    id: 'access/job-reads',
    file: 'src/domain/actor.ts',
    before: `  job: ['lease'],`,
    after: `  job: ['lease', 'read'],`,
    tests: MATRIX,
    name: 'connection',
  },
  {
    id: 'access/viewer-validates',
    file: 'src/domain/actor.ts',
    before: `  viewer: ['read'],`,
    after: `  viewer: ['read', 'validate'],`,
    tests: MATRIX,
    name: 'testExisting',
  },
  {
    id: 'access/owner-without-audit',
    file: 'src/domain/actor.ts',
    before: `'reveal', 'skip-proof', 'audit'] as const;`,
    after: `'reveal', 'skip-proof'] as const;`,
    tests: MATRIX,
    name: 'auditLog',
  },
];
