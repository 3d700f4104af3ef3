import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, type GraphQLInputType, getNullableType, isEnumType, isInputObjectType, isListType, isNonNullType } from 'graphql';
import { expect } from 'vitest';
import { CALLERS, type Caller, type Scene } from './matrix-scene.ts';

/** A code, or what matches one. */
type Verdict = string | ReturnType<typeof expect.stringMatching>;

/**
 * Every operation of the API: who may, what the others lack, and what strangers are told. Whoever adds a root field to the schema
 * adds its row here, with arguments that succeed for those who may; `test/contracts/every-operation.ts` fails until then.
 * Mutations that are made for each kind need a row of their own only for what is special about them.
 */
export interface Row {
  /** The root field. */
  readonly field: string;
  /** What is asked of it, where one field has several rows. */
  readonly when?: string;
  readonly by: readonly Caller[];
  /** The permission that FORBIDDEN names: one for all who may not, or by who it is. */
  readonly lacks?: string | Readonly<Partial<Record<Caller, string>>>;
  /** What all rights in another project are worth: the code of the answer, or `ok`, which then tells nothing of this one. NOT_FOUND unless given. */
  readonly elsewhere?: Verdict;
  /** The same of a token of this project that holds all rights on another integration. */
  readonly limited?: Verdict;
  /** What those who may are answered, where that is the code of an error: of what does not exist here. `ok` unless given. */
  readonly answer?: Verdict;
  /** Those who may ask, and are told nothing of what the project holds. */
  readonly blind?: readonly Caller[];
  /** Makes what the field is asked about, and returns its arguments and selection. Runs anew for each caller that may. */
  readonly ask: (scene: Scene) => Promise<string> | string;
  /** Makes what a subscription is told of, once it is there. */
  readonly meanwhile?: (scene: Scene) => Promise<unknown>;
}

const EVERYBODY = CALLERS;
const READERS = ['viewer', 'editor', 'admin', 'owner', 'operator'] as const;
const EDITORS = ['editor', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;
const OWNERS = ['owner'] as const;
const OPERATORS = ['operator'] as const;
const JOBS = ['job'] as const;

const reads = { by: READERS, lacks: 'read' } as const;
const stages = { by: EDITORS, lacks: 'stage' } as const;
const validates = { by: EDITORS, lacks: 'validate' } as const;
const creates = { by: ADMINS, lacks: 'create', elsewhere: 'ok', limited: 'ok' } as const;
const adds = { by: ADMINS, lacks: 'create', limited: 'FORBIDDEN' } as const;
const commits = { by: ADMINS, lacks: 'commit' } as const;
const deletes = { by: ADMINS, lacks: 'delete' } as const;
const probes = { by: ADMINS, lacks: 'probe', elsewhere: 'ok', limited: 'ok' } as const;
/** A site, a streaming system: refused to a token that is limited to some integrations, before it is looked up. */
const wholeProject = { limited: 'FORBIDDEN' } as const;
const leases = { by: JOBS, lacks: 'lease' } as const;
const operates = { by: OPERATORS, lacks: 'operator', elsewhere: 'FORBIDDEN', limited: 'FORBIDDEN' } as const;
const keepsSecrets = { by: ADMINS, lacks: 'secret', limited: 'FORBIDDEN' } as const;
const listed = { elsewhere: 'ok', limited: 'ok' } as const;
/** Whoever may not even stage lacks that; an editor lacks the rest. */
const staging = (lacks: string) => ({ viewer: 'stage', job: 'stage', operator: 'stage', editor: lacks }) as const;

const text = JSON.stringify;
const json = (value: unknown) => text(JSON.stringify(value));
const NEW_SECRET = { signing_secret: 'a signing secret of the next version' };
const EDGES = '{ edges { node { id } } }';

/** A subscription to a connection that is validated meanwhile. */
function followed(field: string, selection: string): Row {
  let id = '';
  return {
    field,
    ...reads,
    async ask(scene) {
      id = (await scene.add()).id;
      return `(connectionId: "${id}") { ${selection} }`;
    },
    meanwhile: (scene) =>
      scene.ask(`{ testExistingConnectionV2(connectionId: "${id}", validationName: "validate_connection") { success } }`),
  };
}

export const ROWS: readonly Row[] = [
  // What anybody with a token may know.
  { field: 'getUser', by: EVERYBODY, ...listed, ask: () => '{ email role }' },
  {
    field: 'getUser',
    when: 'with all that the project holds',
    by: EVERYBODY,
    blind: ['job'],
    ...listed,
    async ask(scene) {
      await scene.add();
      await scene.add({ category: 'BI' });
      await scene.add({ category: 'ETL' });
      return '{ account { warehouses { uuid connections { uuid } } bi { uuid } etlContainers { uuid } connections { uuid } } }';
    },
  },
  { field: 'connectors', by: EVERYBODY, ...listed, ask: () => '{ kind }' },
  { field: 'errorCodes', by: EVERYBODY, ...listed, ask: () => '{ code }' },
  { field: 'validationCodes', by: EVERYBODY, ...listed, ask: () => '{ code }' },

  // Reading.
  { field: 'connection', ...reads, ask: async (scene) => `(id: "${(await scene.add()).id}") { uuid versions { version } }` },
  { field: 'connections', ...reads, ...listed, ask: () => EDGES.replace('id', 'uuid') },
  { field: 'getWarehouse', ...reads, ask: async (scene) => `(uuid: "${(await scene.add()).integrationId}") { uuid }` },
  { field: 'getWarehouses', ...reads, ...listed, ask: () => '{ uuid connections { uuid } }' },
  {
    field: 'getWarehouseConnections',
    ...reads,
    ask: async (scene) => `(warehouseUuid: "${(await scene.add()).integrationId}") { uuid }`,
  },
  {
    field: 'getEtlContainers',
    ...reads,
    ...listed,
    async ask(scene) {
      await scene.add({ category: 'ETL' });
      return '{ uuid }';
    },
  },
  {
    field: 'getStreamingSystems',
    ...reads,
    ...listed,
    async ask(scene) {
      await scene.addStreamingSystem();
      return '(includeClusters: true) { system { uuid name } clusterConnections { uuid } }';
    },
  },
  { field: 'getPlatformServices', ...reads, ...listed, ask: () => '{ name connections { uuid } }' },
  { field: 'getDbtConnections', ...reads, ...listed, ask: () => '{ uuid }' },
  {
    field: 'validateConnectionType',
    ...reads,
    ...listed,
    ask: () => '(warehouseType: "snowflake", connectionType: "webhook")',
  },
  // No worker is connected.
  ...['testAgentReachability', 'testDataStoreReachability'].map((field) => ({
    field,
    ...validates,
    answer: 'NOT_FOUND',
    ask: ({ projectId }: Scene) => `(agentId: "${projectId}") { success }`,
  })),
  {
    field: 'testNotificationIntegration',
    ...validates,
    ask: async (scene) => `(settingId: "${(await scene.add({ active: true })).id}")`,
  },
  {
    field: 'testCredentials',
    ...validates,
    limited: 'ok',
    ask: async (scene) => `(key: "${await scene.stageNew()}") { success }`,
  },
  { field: 'getSupportedValidationsV2', ...reads, ...listed, ask: () => '(connectionType: "webhook") { supportedValidations { name } }' },
  {
    field: 'pingDataCollector',
    ...reads,
    limited: 'ok',
    ask: ({ siteId, projectId }) => `(dcId: "${siteId}", traceId: "${projectId}") { traceId }`,
  },
  { field: 'changes', ...reads, ...listed, ask: () => EDGES },
  { field: 'change', ...reads, ask: async (scene) => `(id: "${(await scene.stage((await scene.add()).id)).changeId}") { id }` },
  { field: 'leases', ...reads, ...listed, ask: () => EDGES },
  { field: 'auditLog', by: OWNERS, lacks: 'audit', elsewhere: 'ok', limited: 'FORBIDDEN', ask: () => '{ edges { node { entityId } } }' },
  { field: 'tokens', by: OWNERS, lacks: 'token', ...listed, ask: () => '{ id }' },
  { field: 'apiTokens', by: OWNERS, lacks: 'token', ...listed, ask: () => '{ edges { node { id } } }' },
  { field: 'secretGrants', by: ['admin', 'owner', 'operator'], lacks: 'reference', ...listed, ask: () => '{ createdAt }' },
  {
    field: 'secretGrants',
    when: 'of another project',
    by: OPERATORS,
    lacks: 'operator',
    // To whom it is the own project.
    elsewhere: 'ok',
    limited: 'FORBIDDEN',
    ask: ({ otherProjectId }) => `(projectId: "${otherProjectId}") { prefix }`,
  },
  { field: 'awsRoles', by: [...EDITORS, 'operator'], lacks: 'stage', ...listed, ask: () => '{ hasIdentity grants { createdAt } }' },
  {
    field: 'awsRoles',
    when: 'of another project',
    by: OPERATORS,
    lacks: 'operator',
    // To whom it is the own project.
    elsewhere: 'ok',
    limited: 'FORBIDDEN',
    ask: ({ otherProjectId }) => `(projectId: "${otherProjectId}") { externalId }`,
  },
  { field: 'secretDestinations', by: ['admin', 'owner', 'operator'], lacks: 'reference', ...listed, ask: () => '{ edges { cursor } }' },
  {
    field: 'secretDestinations',
    when: 'of another project',
    by: OPERATORS,
    lacks: 'operator',
    elsewhere: 'ok',
    limited: 'FORBIDDEN',
    ask: ({ otherProjectId }) => `(projectId: "${otherProjectId}") { edges { cursor } }`,
  },

  // Being told.
  ...[followed('events', 'type'), followed('validationProgress', 'status')],

  // Staging.
  {
    field: 'stageChange',
    ...stages,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", changes: ${json(NEW_SECRET)}) { key }`,
  },
  {
    field: 'stageChange',
    when: 'of a reference',
    by: ADMINS,
    lacks: staging('reference'),
    ask: async (scene) =>
      `(connectionId: "${await scene.addReferring()}", changes: "{}", reference: { provider: file, path: ${text(scene.keepSecret())} }) { key }`,
  },
  {
    field: 'updateSelfHostedCredentialsV2',
    by: ADMINS,
    lacks: staging('reference'),
    ask: async (scene) =>
      `(connectionId: "${(await scene.add()).id}", changes: { selfHostedCredentialsType: FILE, filePath: ${text(scene.keepSecret())} }) { result { key } }`,
  },
  {
    field: 'stageConnection',
    ...creates,
    ask: ({ receiverUrl }) => `(connectionType: "webhook", details: ${json({ url: receiverUrl, ...NEW_SECRET })}) { key }`,
  },
  {
    field: 'stageConnection',
    when: 'of a reference',
    ...creates,
    // Which is granted nothing.
    elsewhere: 'FORBIDDEN',
    ask: (scene) => `(connectionType: "webhook", details: "{}", reference: { provider: file, path: ${text(scene.keepSecret())} }) { key }`,
  },
  { field: 'discardChange', ...stages, ask: async (scene) => `(id: "${(await scene.stage((await scene.add()).id)).changeId}") { state }` },
  {
    field: 'discardChange',
    when: 'of one that waits for jobs',
    by: ADMINS,
    lacks: staging('commit'),
    async ask(scene) {
      const { id, changeId } = await waiting(scene);
      await scene.ask('mutation ($id: UUID!, $k: String!) { commitChange(connectionId: $id, tempCredentialsKey: $k) { state } }', id);
      return `(id: "${changeId}") { state }`;
    },
  },
  {
    field: 'commitPreview',
    ...stages,
    async ask(scene) {
      const { id } = await scene.add();
      return `(connectionId: "${id}", tempCredentialsKey: "${(await scene.stage(id)).key}") { nextVersion }`;
    },
  },

  // Validating.
  {
    field: 'testUpdatedCredentialsV2',
    ...validates,
    async ask(scene) {
      const { key } = await scene.stage((await scene.add()).id);
      return `(connectionType: "webhook", tempCredentialsKey: "${key}", validationName: "validate_connection") { validationResult { success } }`;
    },
  },
  {
    field: 'testExistingConnectionV2',
    ...validates,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", validationName: "validate_connection") { success }`,
  },
  { field: 'testExistingConnection', ...validates, ask: async (scene) => `(connectionId: "${(await scene.add()).id}") { success }` },
  { field: 'testStorageAccess', ...validates, ...listed, ask: () => '{ success }' },
  {
    field: 'testWebhookCredentialsV2',
    when: 'that runs a validator',
    ...creates,
    lacks: { viewer: 'validate', job: 'validate', operator: 'validate', editor: 'create' },
    ask: ({ receiverUrl }) =>
      `(connectionDetails: ${webhook(receiverUrl)}, validationName: "validate_connection") { validationResult { success } }`,
  },
  {
    field: 'testWebhookCredentialsV2',
    when: 'that runs a validator on a change of a connection',
    ...validates,
    ask: async (scene) =>
      `(connectionId: "${(await scene.add()).id}", connectionDetails: ${webhook(scene.receiverUrl)}, validationName: "validate_connection") { validationResult { success } }`,
  },
  {
    field: 'testWebhookCredentialsV2',
    when: 'that stages a change of a connection',
    ...stages,
    ask: async (scene) =>
      `(connectionId: "${(await scene.add()).id}", connectionDetails: ${webhook(scene.receiverUrl)}, validationName: "save_credentials") { key }`,
  },
  {
    field: 'testDatabaseCredentials',
    ...creates,
    ask: () =>
      '(connectionType: "redshift", host: "127.0.0.1", port: 5439, dbName: "d", user: "u", password: "a password", connectionOptions: { skipValidation: true }) { key }',
  },
  {
    field: 'testSnowflakeCredentials',
    ...creates,
    ask: () => '(account: "ab12345", user: "u", password: "a password", connectionOptions: { skipValidation: true }) { key }',
  },
  {
    field: 'testDatabricksSqlWarehouseCredentials',
    ...creates,
    ask: () => `(databricksConfig: ${KIND_DETAILS.DatabricksSqlWarehouse}, connectionOptions: { skipValidation: true }) { key }`,
  },
  {
    field: 'testSelfHostedCredentials',
    ...creates,
    elsewhere: 'FORBIDDEN',
    ask: (scene) =>
      `(connectionType: "webhook", selfHostingMechanism: "file", selfHostingKey: ${text(scene.keepSecret())}, connectionOptions: { skipValidation: true }) { key }`,
  },
  {
    field: 'testSelfHostedCredentialsV2',
    ...creates,
    elsewhere: 'FORBIDDEN',
    ask: (scene) =>
      `(connectionDetails: { connectionType: "webhook", selfHostedCredentialsType: FILE, filePath: ${text(scene.keepSecret())} }, validationName: "save_credentials") { key }`,
  },
  {
    field: 'testSelfHostedCredentialsV2',
    when: 'that runs a validator',
    ...creates,
    lacks: { viewer: 'validate', job: 'validate', operator: 'validate', editor: 'create' },
    elsewhere: 'FORBIDDEN',
    ask: (scene) =>
      `(connectionDetails: { connectionType: "webhook", selfHostedCredentialsType: FILE, filePath: ${text(scene.keepSecret())} }, validationName: "validate_connection") { validationResult { success } }`,
  },

  // Adding, committing, going back.
  { field: 'addConnection', ...adds, ask: addition },
  { field: 'addBiConnection', ...adds, ask: addition },
  { field: 'addEtlConnection', ...adds, ask: addition },
  { field: 'addDatabricksConnection', ...adds, ask: async (scene) => (await addition(scene)).replace('(', '(jobLimits: "{}", ') },
  {
    field: 'addConnection',
    when: 'to an integration that exists',
    ...adds,
    limited: 'NOT_FOUND',
    ask: async (scene) =>
      `(connectionType: "webhook", key: "${await scene.stageNew()}", dwId: "${(await scene.add()).integrationId}", isActive: false) { connection { uuid } }`,
  },
  {
    field: 'addRedshiftConsumerConnection',
    ...adds,
    // There is no Redshift here that a consumer's key could be of.
    answer: 'BAD_REQUEST',
    limited: 'BAD_REQUEST',
    ask: async (scene) => `(key: "${await scene.stageNew()}", producerResourceId: "${scene.siteId}") { connection { uuid } }`,
  },
  {
    field: 'addStreamingConnection',
    ...adds,
    // The kind of the matrix has no clusters.
    answer: 'BAD_REQUEST',
    limited: 'BAD_REQUEST',
    ask: async (scene) =>
      `(connectionType: "webhook", key: "${await scene.stageNew()}", newClusterId: "c", newStreamingSystemName: ${text(scene.name())}, newStreamingSystemType: "self-hosted") { connection { uuid } }`,
  },
  {
    field: 'addStreamingSystem',
    ...adds,
    elsewhere: 'ok',
    ask: ({ name }) => `(streamingSystemName: ${text(name())}, streamingSystemType: "self-hosted") { streamingSystem { dcId } }`,
  },
  {
    field: 'updateStreamingSystemName',
    ...commits,
    ...wholeProject,
    ask: async (scene) =>
      `(streamingSystemUuid: "${await scene.addStreamingSystem()}", newName: ${text(scene.name())}) { streamingSystem { uuid } }`,
  },
  {
    field: 'deleteStreamingSystem',
    ...deletes,
    ...wholeProject,
    ask: async (scene) => `(streamingSystemUuid: "${await scene.addStreamingSystem()}") { success }`,
  },
  {
    field: 'updateStreamingClusterName',
    ...commits,
    // An integration of another category is no cluster.
    answer: 'NOT_FOUND',
    ask: async (scene) =>
      `(streamingClusterUuid: "${(await scene.add()).integrationId}", newName: ${text(scene.name())}) { streamingCluster { uuid } }`,
  },
  {
    field: 'deleteStreamingCluster',
    ...deletes,
    answer: 'NOT_FOUND',
    ask: async (scene) => `(streamingClusterUuid: "${(await scene.add()).integrationId}") { success }`,
  },
  { field: 'commitChange', ...commits, ask: async (scene) => `${await keyed(scene)} { state }` },
  {
    field: 'commitChange',
    when: 'that breaks glass',
    by: OWNERS,
    lacks: { viewer: 'commit', job: 'commit', editor: 'commit', operator: 'commit', admin: 'break-glass' },
    async ask(scene) {
      const { id } = await waiting(scene);
      return `(connectionId: "${id.id}", tempCredentialsKey: "${id.k}", breakGlassReason: "an incident") { state }`;
    },
  },
  { field: 'updateCredentialsV2', ...commits, ask: async (scene) => `${await keyed(scene)} { success version updatedAt }` },
  {
    field: 'updateCredentials',
    ...commits,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", changes: ${json(NEW_SECRET)}) { version }`,
  },
  {
    field: 'updateCredentials',
    when: 'of a reference',
    ...commits,
    ask: async (scene) =>
      `(connectionId: "${await scene.addReferring()}", changes: ${json({ file_path: scene.keepSecret() })}) { version }`,
  },
  {
    field: 'updateCredentials',
    when: 'that ends a reference',
    ...commits,
    ask: async (scene) =>
      `(connectionId: "${await scene.addReferring()}", changes: ${json({ url: scene.receiverUrl, ...NEW_SECRET })}, shouldReplace: true) { version }`,
  },
  {
    field: 'rollBackConnection',
    by: ADMINS,
    lacks: 'rollback',
    async ask(scene) {
      const { id } = await scene.add();
      await scene.save(id);
      return `(connectionId: "${id}") { version }`;
    },
  },
  {
    field: 'rollBackConnection',
    when: 'that breaks glass',
    by: OWNERS,
    lacks: { viewer: 'rollback', job: 'rollback', editor: 'rollback', operator: 'rollback', admin: 'break-glass' },
    async ask(scene) {
      const { id } = await scene.add();
      await scene.save(id);
      return `(connectionId: "${id}", breakGlassReason: "an incident") { version }`;
    },
  },

  // Looking after connections and what holds them.
  {
    field: 'setConnectionName',
    ...commits,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", name: "another name") { connection { uuid } }`,
  },
  {
    field: 'toggleConnectionEnable',
    ...commits,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", enable: true) { success }`,
  },
  {
    field: 'setConnectionDeletionProtection',
    ...commits,
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", enableDeletionProtection: true) { success }`,
  },
  {
    field: 'setConnectionPolicy',
    by: OWNERS,
    lacks: 'policy',
    ask: async (scene) => `(connectionId: "${(await scene.add()).id}", policy: { inFlight: REFUSE }) { connection { uuid } }`,
  },
  { field: 'removeConnection', ...deletes, ask: async (scene) => `(connectionId: "${(await scene.add()).id}") { success }` },
  { field: 'deleteIntegration', ...deletes, ask: async (scene) => `(integrationId: "${(await scene.add()).integrationId}") { success }` },
  {
    field: 'setWarehouseName',
    ...commits,
    ask: async (scene) => `(dwId: "${(await scene.add()).integrationId}", name: ${text(scene.name())}) { warehouse { uuid } }`,
  },
  {
    field: 'setIntegrationName',
    ...commits,
    ask: async (scene) =>
      `(integrationId: "${(await scene.add()).integrationId}", integrationType: "OTHER", name: ${text(scene.name())}) { integration { uuid } }`,
  },
  {
    field: 'updateBiConnectionName',
    ...commits,
    ask: async (scene) =>
      `(resourceId: "${(await scene.add({ category: 'BI' })).integrationId}", name: ${text(scene.name())}) { biContainer { uuid } }`,
  },
  {
    field: 'setEtlContainerName',
    ...commits,
    ask: async (scene) =>
      `(etlContainerId: "${(await scene.add({ category: 'ETL' })).integrationId}", name: ${text(scene.name())}) { etlContainer { uuid } }`,
  },
  {
    field: 'updatePlatformService',
    ...commits,
    // A site is the whole project's.
    limited: 'FORBIDDEN',
    ask: ({ siteId, name }) => `(serviceUuid: "${siteId}", name: ${text(name())}) { ok }`,
  },

  // Leases.
  {
    field: 'acquireLease',
    ...leases,
    ask: async (scene) => `(connectionId: "${(await scene.add({ active: true })).id}", job: "nightly") { key }`,
  },
  { field: 'readLease', ...leases, ask: async (scene) => `${await leased(scene)} { credentials }` },
  { field: 'renewLease', ...leases, ask: async (scene) => `${await leased(scene)} { live }` },
  { field: 'releaseLease', ...leases, ask: async (scene) => `${await leased(scene)} { live }` },
  {
    field: 'endLease',
    by: ADMINS,
    lacks: 'end-lease',
    ask: async (scene) => `(leaseId: "${(await scene.lease((await scene.add({ active: true })).id)).leaseId}") { live }`,
  },

  // The network around a site.
  { field: 'testDnsLookup', ...probes, ask: () => '(host: "localhost") { success }' },
  { field: 'testHttpConnection', ...probes, ask: ({ receiverUrl }) => `(url: "${receiverUrl}") { success }` },
  { field: 'testTcpOpenConnection', ...probes, ask: ({ receiverPort }) => `(host: "127.0.0.1", port: ${receiverPort}) { success }` },
  { field: 'testTelnetConnection', ...probes, ask: ({ receiverPort }) => `(host: "127.0.0.1", port: ${receiverPort}) { success }` },

  // Tokens.
  { field: 'createToken', by: OWNERS, lacks: 'token', ...listed, ask: () => '(name: "another", roles: [viewer]) { token { name } }' },
  {
    field: 'revokeToken',
    by: OWNERS,
    lacks: 'token',
    ask: async (scene) => `(id: "${await makeToken(scene)}") { success }`,
  },

  {
    field: 'getTokenMetadata',
    by: OWNERS,
    lacks: 'token',
    ...listed,
    ask: () => '(index: account) { id createdBy groups }',
  },
  { field: 'getTokenMetadata', when: 'of the caller', by: EVERYBODY, ...listed, ask: () => '(index: user) { id }' },
  { field: 'createAccessToken', by: OWNERS, lacks: 'token', ...listed, ask: () => '(expirationInDays: 30) { accessToken { token } }' },
  {
    field: 'createOrUpdateServiceApiToken',
    by: OWNERS,
    lacks: 'token',
    ...listed,
    ask: () => '(displayName: "another", groups: ["editor"]) { accessToken { token } }',
  },
  {
    field: 'createOrUpdateServiceApiToken',
    when: 'that changes one',
    by: OWNERS,
    lacks: 'token',
    ask: async (scene) => `(tokenId: "${await makeToken(scene)}", groups: ["editor"]) { accessToken { token } }`,
  },
  {
    field: 'deleteAccessToken',
    by: OWNERS,
    lacks: 'token',
    ask: async (scene) => `(tokenId: "${await makeToken(scene)}") { success }`,
  },
  {
    field: 'createIntegrationKey',
    by: OWNERS,
    lacks: 'token',
    ask: async (scene) =>
      `(description: "nightly", scope: Spark, warehouseIds: ["${(await scene.add()).integrationId}"]) { key { id secret } }`,
  },
  {
    field: 'getIntegrationKeys',
    by: OWNERS,
    lacks: 'token',
    ...listed,
    async ask(scene) {
      await makeKey(scene);
      return '{ id warehouses { uuid } }';
    },
  },
  {
    field: 'deleteIntegrationKey',
    by: OWNERS,
    lacks: 'token',
    ask: async (scene) => `(keyId: "${await makeKey(scene)}") { deleted }`,
  },
  {
    field: 'getAccountAuditLogs',
    by: OWNERS,
    lacks: 'audit',
    elsewhere: 'ok',
    limited: 'FORBIDDEN',
    ask: () => '(startTime: "2020-01-01T00:00:00Z") { records { apiCallReferences } }',
  },

  // Account secrets, which are the whole project's.
  {
    field: 'createAccountSecret',
    ...keepsSecrets,
    elsewhere: 'ok',
    ask: ({ name }) => `(name: ${text(secretName(name()))}, scope: "global", value: "a value of the matrix") { secret { name value } }`,
  },
  {
    field: 'updateAccountSecret',
    ...keepsSecrets,
    ask: async (scene) => `(name: ${text(await makeSecret(scene))}, scope: "global", value: "another value") { secret { name } }`,
  },
  {
    field: 'deleteAccountSecret',
    ...keepsSecrets,
    // Which is told that there is none.
    elsewhere: 'ok',
    ask: async (scene) => `(name: ${text(await makeSecret(scene))}) { deleted }`,
  },
  { field: 'getAccountSecret', ...reads, limited: 'FORBIDDEN', ask: async (scene) => `(name: ${text(await makeSecret(scene))}) { name }` },
  {
    field: 'getAccountSecret',
    when: 'that reveals',
    by: OWNERS,
    lacks: { viewer: 'reveal', job: 'read', editor: 'reveal', admin: 'reveal', operator: 'reveal' },
    limited: 'FORBIDDEN',
    ask: async (scene) => `(name: ${text(await makeSecret(scene))}, reveal: true) { value }`,
  },
  { field: 'getAccountSecrets', ...reads, elsewhere: 'ok', limited: 'FORBIDDEN', ask: () => '{ name createdBy }' },

  { field: 'consumers', ...reads, elsewhere: 'ok', limited: 'ok', ask: () => '{ id name }' },
  {
    field: 'registerConsumer',
    by: ADMINS,
    lacks: 'create',
    elsewhere: 'ok',
    limited: 'FORBIDDEN',
    ask: ({ name }) => `(name: ${text(name())}) { consumer { id } }`,
  },
  {
    field: 'removeConsumer',
    by: ADMINS,
    lacks: 'delete',
    limited: 'FORBIDDEN',
    async ask({ ask, name }) {
      const { registerConsumer: made } = await ask(`mutation { registerConsumer(name: ${text(name())}) { consumer { id } } }`);
      return `(id: "${made.consumer.id}") { success }`;
    },
  },

  // The instance.
  { field: 'grantSecrets', ...operates, ask: ({ name }) => `(provider: env, prefix: ${text(prefixOf(name()))}) { prefix }` },
  {
    field: 'revokeSecrets',
    ...operates,
    async ask({ ask, name }) {
      const prefix = text(prefixOf(name()));
      await ask(`mutation { grantSecrets(provider: env, prefix: ${prefix}) { prefix } }`);
      return `(provider: env, prefix: ${prefix}) { success }`;
    },
  },
  { field: 'grantAwsRole', ...operates, ask: ({ name }) => `(roleArn: ${text(roleOf(name()))}) { roleArn }` },
  {
    field: 'revokeAwsRole',
    ...operates,
    async ask({ ask, name }) {
      const role = text(roleOf(name()));
      await ask(`mutation { grantAwsRole(roleArn: ${role}) { roleArn } }`);
      return `(roleArn: ${role}) { success }`;
    },
  },
  {
    field: 'allowSecretDestination',
    ...operates,
    ask: async (scene) => `(changeId: "${(await stageBare(scene)).changeId}") { path }`,
  },
  {
    field: 'releaseSecret',
    ...operates,
    async ask(scene) {
      const { changeId, path } = await stageBare(scene);
      await scene.ask(`mutation { allowSecretDestination(changeId: "${changeId}") { path } }`);
      return `(provider: file, path: ${text(path)}) { success }`;
    },
  },
  { field: 'auditVerification', ...operates, ask: () => '{ ok }' },
  {
    field: 'auditSegment',
    ...operates,
    async ask(scene) {
      await scene.seal();
      return '(after: 0, before: "2100-01-01T00:00:00Z") { head }';
    },
  },
  {
    field: 'auditSegmentFindings',
    ...operates,
    async ask(scene) {
      await scene.seal();
      const segment = await scene.ask(
        '{ auditSegment(after: 0, before: "2100-01-01T00:00:00Z") { from through previous head signature rows } }',
      );
      const { from, through, previous, head, signature, rows } = segment.auditSegment;
      const hashes = `previous: ${text(previous)}, head: ${text(head)}, signature: ${text(signature)}`;
      // A document has few tokens, and this asks who may, not what is found.
      return `(segment: { from: ${from}, through: ${through}, ${hashes}, rows: ${text(rows.slice(0, 3))} }) { kind }`;
    },
  },
  {
    field: 'cutAudit',
    ...operates,
    async ask(scene) {
      const { seq, head } = await scene.seal();
      scene.advance(49 * 60 * 60_000);
      return `(through: ${seq}, head: ${text(head)}) { finished }`;
    },
  },
  { field: 'storeExamination', ...operates, ask: () => '{ ok }' },
  { field: 'dataKeys', ...operates, ask: () => '{ generation }' },
  { field: 'rotateDataKey', ...operates, ask: () => '{ generation }' },
  { field: 'resealConnections', ...operates, ask: () => '{ next }' },
  {
    field: 'retireDataKey',
    ...operates,
    async ask({ ask, advance }) {
      const { rotateDataKey } = await ask('mutation { rotateDataKey { generation } }');
      for (let after: string | null = null; ; ) {
        const { resealConnections }: { resealConnections: { next: string | null } } = await ask(
          'mutation ($after: UUID) { resealConnections(after: $after) { next } }',
          { after },
        );
        after = resealConnections.next;
        if (after === null) break;
      }
      advance(11 * 60_000);
      return `(generation: ${rotateDataKey.generation - 1}) { success }`;
    },
  },
  {
    field: 'rotateMasterKey',
    ...operates,
    // Names a file of the machine: for whoever reads its data directory, and no token.
    by: [],
    lacks: { viewer: 'operator', job: 'operator', editor: 'operator', admin: 'operator', owner: 'operator', operator: 'local' },
    ask: () => '(newKeyFile: "/nonexistent") { state }',
  },
];

/** Details that are valid for a kind, in the words of its input; of kinds that are not here those who may get as far as their details. */
const KIND_DETAILS: Readonly<Record<string, string>> = {
  TransactionalDb: '{ dbType: "postgres", host: "127.0.0.1", port: 5432, dbName: "d", user: "u", password: "a password" }',
  Redshift: '{ host: "127.0.0.1", port: 5439, dbName: "d", user: "u", password: "a password" }',
  Snowflake: '{ account: "ab12345", user: "u", password: "a password" }',
  DatabricksSqlWarehouse:
    '{ databricksWorkspaceUrl: "https://dbc-a1b2345c-d6e7.cloud.databricks.com", databricksWarehouseId: "0123456789abcdef", databricksToken: "dapi0123456789" }',
  DatabricksMetastoreSqlWarehouse:
    '{ databricksWorkspaceUrl: "https://dbc-a1b2345c-d6e7.cloud.databricks.com", databricksWarehouseId: "0123456789abcdef", databricksWorkspaceId: "1234567890", databricksToken: "dapi0123456789" }',
  Webhook: '{ url: "https://hooks.example.com/changeover", signingSecret: "a signing secret of the matrix" }',
};

/** The rows of the mutations that are made for each kind, which have the same rights for all of them. */
export function kindRows(mutations: readonly string[]): readonly Row[] {
  const others = new Set(ROWS.map(({ field }) => field));
  const made = mutations.filter((field) => MADE_FOR_A_KIND.test(field) && !others.has(field));
  const detailed = mutations.flatMap((field) => detailedRows(field, mutations));
  const rest = made.filter((field) => detailed.every((row) => row.field !== field));
  return [...detailed, ...rest.map(bareRow)];
}

const MADE_FOR_A_KIND = /^(test|update)\w+Credentials(V2)?(Mutation)?$/;

/** So that nothing is dialled. */
const ALWAYS_GIVEN: Readonly<Record<string, string>> = {
  validationName: '"save_credentials"',
  connectionOptions: '{ skipValidation: true }',
};

/** With arguments that have their types and nothing else: whoever may gets as far as the details, or as the kind of the connection. */
function bareRow(field: string): Row {
  const reached = expect.stringMatching(/^(ok|BAD_REQUEST)/);
  const { args, type } = PUBLISHED.getMutationType()?.getFields()[field] ?? { args: [], type: null };
  const ask = (connectionId: string | null) => {
    const given = args.flatMap((arg) => {
      const known = { ...ALWAYS_GIVEN, ...(connectionId === null ? {} : { connectionId: text(connectionId) }) }[arg.name];
      return known === undefined && !isNonNullType(arg.type) && arg.name !== 'connectionDetails'
        ? []
        : [`${arg.name}: ${known ?? placeholder(arg.type)}`];
    });
    return `(${given.join(', ')}) { __typename }`;
  };
  if (type === null) throw new Error(`${field} is not published`);
  return field.startsWith('test')
    ? { field, ...creates, elsewhere: reached, limited: reached, answer: reached, ask: () => ask(null) }
    : { field, ...stages, answer: reached, ask: async (scene) => ask((await scene.add()).id) };
}

const PUBLISHED = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));

/** A literal of a type, with what it requires. */
function placeholder(type: GraphQLInputType): string {
  const named = getNullableType(type);
  if (isListType(named)) return '[]';
  if (isEnumType(named)) return named.getValues()[0]?.name ?? '';
  if (isInputObjectType(named)) {
    const required = Object.values(named.getFields()).filter((member) => isNonNullType(member.type));
    return `{ ${required.map((member) => `${member.name}: ${placeholder(member.type)}`).join(', ')} }`;
  }
  const known = { Int: '1', Boolean: 'false', UUID: text('01890000-0000-7000-8000-000000000000'), JSONString: text('{}') };
  return known[named.name as keyof typeof known] ?? text('x');
}

/** The mutations of a kind whose details stand above. */
function detailedRows(field: string, mutations: readonly string[]): readonly Row[] {
  const [, verb, name = ''] = /^(test|update)(\w+?)Credentials(?:V2)?$/.exec(field) ?? [];
  const details = KIND_DETAILS[name];
  if (verb === undefined || details === undefined || (field === `test${name}Credentials` && name !== 'TransactionalDb')) return [];
  if (verb === 'test')
    return [{ field, ...creates, ask: () => `(connectionDetails: ${details}, validationName: "save_credentials") { key }` }];
  return [
    {
      field,
      ...stages,
      async ask(scene) {
        const test = mutations.includes(`test${name}CredentialsV2`) ? `test${name}CredentialsV2` : `test${name}Credentials`;
        const made = await scene.ask(`mutation { ${test}(connectionDetails: ${details}, validationName: "save_credentials") { key } }`);
        const { addConnection } = await scene.ask(
          'mutation ($k: String!, $t: String!, $n: String!) { addConnection(connectionType: $t, key: $k, name: $n, isActive: false) { connection { uuid } } }',
          { k: made[test].key, t: name.replace(/(?<=.)([A-Z])/g, '-$1').toLowerCase(), n: scene.name() },
        );
        const { uuid } = addConnection.connection;
        scene.ids.add(uuid);
        return `(connectionId: "${uuid}", changes: ${details}) { result { key } }`;
      },
    },
  ];
}

function webhook(url: string): string {
  return `{ url: "${url}", signingSecret: "a signing secret of the matrix" }`;
}

async function addition(scene: Scene): Promise<string> {
  return `(connectionType: "webhook", key: "${await scene.stageNew()}", name: ${text(scene.name())}) { connection { uuid } }`;
}

async function keyed(scene: Scene): Promise<string> {
  const { id } = await scene.add();
  return `(connectionId: "${id}", tempCredentialsKey: "${(await scene.stage(id)).key}")`;
}

async function leased(scene: Scene): Promise<string> {
  return `(leaseKey: "${(await scene.lease((await scene.add({ active: true })).id)).key}")`;
}

/** A change of a connection that a job holds, and whose policy lets it wait. */
async function waiting(scene: Scene): Promise<{ readonly id: { readonly id: string; readonly k: string }; readonly changeId: string }> {
  const { id } = await scene.add({ active: true });
  await scene.ask('mutation ($id: UUID!) { setConnectionPolicy(connectionId: $id, policy: { inFlight: WAIT }) { connection { uuid } } }', {
    id,
  });
  await scene.lease(id);
  const { key, changeId } = await scene.stage(id);
  return { id: { id, k: key }, changeId };
}

/** A change that refers to a secret which does not say itself where it is sent. */
async function stageBare(scene: Scene): Promise<{ readonly changeId: string; readonly path: string }> {
  const path = join(scene.secretFolder, `${scene.name().replaceAll(' ', '-')}.json`);
  writeFileSync(path, text(NEW_SECRET), { mode: 0o600 });
  await scene.ask(
    `mutation { stageConnection(connectionType: "webhook", details: ${json({ url: scene.receiverUrl })}, reference: { provider: file, path: ${text(path)} }) { key } }`,
  );
  const { changes } = await scene.ask('{ changes(first: 1) { edges { node { id } } } }');
  return { changeId: changes.edges[0].node.id, path };
}

async function makeToken(scene: Scene): Promise<string> {
  const { createToken } = await scene.ask('mutation { createToken(name: "to be changed", roles: [viewer]) { token { id } } }');
  scene.ids.add(createToken.token.id);
  return createToken.token.id;
}

function secretName(name: string): string {
  return name.replaceAll(' ', '-');
}

async function makeSecret(scene: Scene): Promise<string> {
  const name = secretName(scene.name());
  await scene.ask(
    `mutation { createAccountSecret(name: ${text(name)}, scope: "global", value: "a value of the matrix") { secret { name } } }`,
  );
  return name;
}

async function makeKey(scene: Scene): Promise<string> {
  const { integrationId } = await scene.add();
  const { createIntegrationKey } = await scene.ask(
    'mutation ($i: [UUID]) { createIntegrationKey(description: "nightly", scope: Spark, warehouseIds: $i) { key { id } } }',
    { i: [integrationId] },
  );
  scene.ids.add(createIntegrationKey.key.id);
  return createIntegrationKey.key.id;
}

/** A prefix of variables that nobody else grants. */
function roleOf(name: string): string {
  return `arn:aws:iam::111122223333:role/${name.replaceAll(' ', '-')}`;
}

function prefixOf(name: string): string {
  return `MCD_${name.replaceAll(' ', '_').toUpperCase()}_`;
}
