import { createToken } from '../../../src/operations/access/create-token.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { sealAudit } from '../../../src/operations/audit/seal-audit.ts';
import { openStream } from '../gateway/event-stream.ts';
import { type Answer, startGateway, startReceiver, type TestToken } from '../gateway/gateway.ts';
import { addReferring, createSecretFolder, GRANT } from '../protocol/references.ts';
import { createTestClock } from '../store/services.ts';

/** Who calls: one token of each role, an operator who may otherwise only read, and those whom nobody lets in. */
export const CALLERS = ['viewer', 'job', 'editor', 'admin', 'owner', 'operator'] as const;
export type Caller = (typeof CALLERS)[number];

/** Strangers to what a row's arguments name. Each holds every right of its own project, so that rights alone never refuse it. */
export type Stranger = 'elsewhere' | 'limited';

/** What a row's arguments are made of. Whatever it makes is new, so that no row depends on another. */
export interface Scene {
  readonly projectId: string;
  readonly siteId: string;
  /** Of a project that has nothing but its tokens. */
  readonly otherProjectId: string;
  readonly receiverUrl: string;
  readonly receiverPort: number;
  readonly secretFolder: string;
  readonly tokens: Readonly<Record<Caller | Stranger, TestToken>>;
  /** What ends a token before it asks: its time, and its owner. */
  readonly ended: readonly EndedTokens[];
  name(): string;
  /** As the first owner, who is an operator; throws where it is refused. */
  ask(query: string, variables?: object, token?: TestToken): Promise<Answer['data']>;
  answer(query: string, token: TestToken | null): Promise<Answer>;
  /** The first answer of a subscription; `meanwhile` runs once that is there. */
  firstOf(query: string, token: TestToken | null, meanwhile: () => Promise<unknown>): Promise<Pick<Answer, 'status' | 'errors' | 'text'>>;
  /** A connection that nothing is dialled for until it is enabled. */
  add(options?: {
    readonly active?: boolean;
    readonly category?: 'BI' | 'ETL';
  }): Promise<{ readonly id: string; readonly integrationId: string }>;
  addReferring(): Promise<string>;
  addStreamingSystem(): Promise<string>;
  keepSecret(): string;
  /** A temporary key of a change, and the change's id. */
  stage(connectionId: string): Promise<{ readonly key: string; readonly changeId: string }>;
  stageNew(): Promise<string>;
  /** Puts a second version in place of the first. */
  save(connectionId: string): Promise<void>;
  lease(connectionId: string): Promise<{ readonly key: string; readonly leaseId: string }>;
  now(): number;
  advance(ms: number): void;
  /** Numbers and chains the audit, and tells its last row. */
  seal(): Promise<{ readonly seq: number; readonly head: string }>;
  /** What the audit says last of these tokens, but for what was refused them: the ids of its rows, and what each did. */
  deedsOf(tokens: readonly TestToken[]): Promise<ReadonlyMap<string, string>>;
  /** Ids that no stranger may be told. */
  readonly ids: Set<string>;
  close(): Promise<void>;
}

interface EndedTokens {
  readonly expired: TestToken;
  readonly revoked: TestToken;
}

/** So many of each that none of them fails too often in a minute. */
const ENDED = 8;
const MINUTE = 60_000;
const REQUEST = { id: 'matrix', ip: null, client: {} } as const;
const ADD = {
  other:
    'mutation ($k: String!, $n: String!, $a: Boolean) { addConnection(connectionType: "webhook", key: $k, name: $n, isActive: $a) { connection { uuid integrationId } } }',
  BI: 'mutation ($k: String!, $n: String!) { addBiConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid integrationId } } }',
  ETL: 'mutation ($k: String!, $n: String!) { addEtlConnection(connectionType: "webhook", key: $k, name: $n) { connection { uuid integrationId } } }',
} as const;

export async function startScene(databaseUrl: string | null): Promise<Scene> {
  const clock = createTestClock();
  const gateway = await startGateway({
    clock,
    settings: {
      CHANGEOVER_VALIDATIONS_PER_MINUTE: '100000',
      CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '100000',
      CHANGEOVER_TRUST_PROXY: '127.0.0.1',
    },
    ...(databaseUrl === null ? {} : { databaseUrl }),
  });
  const receiver = await startReceiver();
  const secrets = createSecretFolder();
  const { services, projectId } = gateway.app;
  let names = 0;
  const name = () => {
    names += 1;
    return `of the matrix ${names}`;
  };
  const ids = new Set<string>();
  let addresses = 0;
  const answer: Scene['answer'] = (query, token) => {
    addresses += 1;
    // Each from an address of its own, or the failed logins would put the others off.
    return gateway.graphql(query, {}, token, { 'x-forwarded-for': `10.0.${addresses >> 8}.${addresses & 255}` });
  };
  const firstOf: Scene['firstOf'] = async (query, token, meanwhile) => {
    addresses += 1;
    const from = { 'x-forwarded-for': `10.0.${addresses >> 8}.${addresses & 255}` };
    const stream = await openStream(gateway, query, {}, token, from);
    if (stream.status !== 200) return { status: stream.status, errors: undefined, text: '' };
    await meanwhile();
    const first = await stream.answer();
    stream.leave();
    return { status: 200, errors: first?.errors, text: JSON.stringify(first) };
  };
  const ask: Scene['ask'] = async (query, variables = {}, token) => {
    const { data, errors } = await gateway.graphql(query, variables, token);
    if (errors !== undefined) throw new Error(`${query}: ${JSON.stringify(errors)}`);
    return data;
  };
  const tokenOf = async (
    project: string,
    roles: readonly string[],
    more: { readonly operator?: boolean; readonly integrationIds?: readonly string[]; readonly expiresInDays?: number } = {},
  ): Promise<TestToken> => {
    const made = await createToken(services, localActor(project, 'matrix', REQUEST), { name: name(), roles, ...more });
    if (project === projectId) ids.add(made.token.id);
    return { id: made.token.id, secret: made.secret };
  };

  const [site] = await services.store.read.sites.all(projectId);
  const otherProjectId = services.newId();
  await services.vault.forProject(otherProjectId);
  await services.store.write(async (tx) => {
    const now = await tx.now();
    await tx.projects.insert({ id: otherProjectId, name: 'another', createdAt: now });
    const id = services.newId();
    await tx.sites.insert({ id, projectId: otherProjectId, name: 'gateway', deployment: 'gateway', createdAt: now, updatedAt: now });
  });

  const scene: Omit<Scene, 'tokens' | 'ended'> = {
    projectId,
    siteId: site?.id ?? '',
    otherProjectId,
    receiverUrl: receiver.url,
    receiverPort: Number(new URL(receiver.url).port),
    secretFolder: secrets.folder,
    ids,
    name,
    ask,
    answer,
    firstOf,
    now: () => clock.now(),
    advance: (ms) => clock.advance(ms),
    async seal() {
      await sealAudit(services);
      const head = await services.store.read.audit.head();
      return { seq: head?.seq ?? 0, head: head?.chainHash.toString('hex') ?? '' };
    },
    async deedsOf(tokens) {
      const ofThem = new Set(tokens.map(({ id }) => id));
      const rows = await services.store.read.audit.page(projectId, {}, { limit: 100, after: null });
      const theirs = rows.filter(({ actorTokenId, action }) => ofThem.has(actorTokenId ?? '') && action !== 'request.refuse');
      return new Map(theirs.map(({ id, action, actorName }) => [id, `${action} by ${actorName}`]));
    },
    async stageNew() {
      const { stageConnection } = await ask(
        'mutation ($d: JSONString!) { stageConnection(connectionType: "webhook", details: $d) { key } }',
        { d: JSON.stringify({ url: receiver.url, signing_secret: 'a signing secret of the matrix' }) },
      );
      return stageConnection.key;
    },
    async add({ active = false, category } = {}) {
      const data = await ask(ADD[category ?? 'other'], {
        k: await scene.stageNew(),
        n: name(),
        ...(category === undefined ? { a: active } : {}),
      });
      const [added] = Object.values(data as Record<string, { connection: { uuid: string; integrationId: string } }>);
      const { uuid = '', integrationId = '' } = added?.connection ?? {};
      ids.add(uuid).add(integrationId);
      return { id: uuid, integrationId };
    },
    keepSecret: () =>
      secrets.write(`${services.newId()}.json`, { url: receiver.url, signing_secret: 'a signing secret that is kept in a file' }),
    async addReferring() {
      const id = await addReferring(gateway, scene.keepSecret(), false);
      ids.add(id);
      return id;
    },
    async addStreamingSystem() {
      const { addStreamingSystem } = await ask(
        'mutation ($n: String!) { addStreamingSystem(streamingSystemName: $n, streamingSystemType: "self-hosted") { streamingSystem { uuid } } }',
        { n: name() },
      );
      const { uuid } = addStreamingSystem.streamingSystem;
      ids.add(uuid);
      return uuid;
    },
    async stage(connectionId) {
      const { stageChange } = await ask('mutation ($id: UUID!, $c: JSONString!) { stageChange(connectionId: $id, changes: $c) { key } }', {
        id: connectionId,
        c: JSON.stringify({ signing_secret: `a signing secret of ${name()}` }),
      });
      const { changes } = await ask('query ($id: UUID!) { changes(connectionId: $id, state: OPEN, first: 1) { edges { node { id } } } }', {
        id: connectionId,
      });
      const changeId = changes.edges[0].node.id;
      ids.add(changeId);
      return { key: stageChange.key, changeId };
    },
    async save(connectionId) {
      const { key } = await scene.stage(connectionId);
      await ask('mutation ($id: UUID!, $k: String!) { updateCredentialsV2(connectionId: $id, tempCredentialsKey: $k) { version } }', {
        id: connectionId,
        k: key,
      });
    },
    async lease(connectionId) {
      const { acquireLease } = await ask(
        'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "nightly") { key lease { id } } }',
        { id: connectionId },
        tokens.job,
      );
      ids.add(acquireLease.lease.id);
      return { key: acquireLease.key, leaseId: acquireLease.lease.id };
    },
    async close() {
      receiver.close();
      await gateway.close();
    },
  };

  await ask(GRANT, { provider: 'file', prefix: secrets.folder });
  const own = await scene.add();
  ids.clear();
  const everything = ['owner', 'job'];
  const tokens: Scene['tokens'] = {
    viewer: await tokenOf(projectId, ['viewer']),
    job: await tokenOf(projectId, ['job']),
    editor: await tokenOf(projectId, ['editor']),
    admin: await tokenOf(projectId, ['admin']),
    owner: await tokenOf(projectId, ['owner']),
    operator: await tokenOf(projectId, ['viewer'], { operator: true }),
    elsewhere: await tokenOf(otherProjectId, everything),
    limited: await tokenOf(projectId, everything, { integrationIds: [own.integrationId] }),
  };
  // A limited owner is shown by name what it did itself.
  ids.delete(tokens.limited.id);
  const ended: EndedTokens[] = [];
  while (ended.length < ENDED) {
    const expired = await tokenOf(projectId, everything, { operator: true, expiresInDays: 1 });
    const revoked = await tokenOf(projectId, everything, { operator: true });
    await ask('mutation ($id: UUID!) { revokeToken(id: $id) { success } }', { id: revoked.id });
    ended.push({ expired, revoked });
  }
  clock.advance(24 * 60 * MINUTE);
  return { ...scene, tokens, ended };
}
