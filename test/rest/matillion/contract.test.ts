import { matillion } from '../../../src/rest/matillion/index.ts';
import { type DialectScene, describeDialect, type RouteCase } from '../../contracts/dialect.ts';
import type { TestGateway, TestToken } from '../../support/gateway/gateway.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { PLAIN } from './world.ts';

interface World {
  readonly project: string;
  readonly gateway: TestGateway;
}
type Scene = DialectScene<World>;

const READERS = ['viewer', 'editor', 'admin', 'owner'] as const;
const ADMINS = ['admin', 'owner'] as const;
const ELSEWHERE = '9a1f0c52-77aa-4f0e-9d51-2f6f3c0b8e11';
const OVERRIDES = '/connections/environment-overrides';
const bearer = ({ secret }: TestToken) => ({ authorization: `Bearer ${secret}` });

let count = 0;
const next = (what: string) => {
  count += 1;
  return `${what}-${count}`;
};
const at = ({ world }: Scene, path: string, project = world.project) => `/dpc/v1/projects/${project}${path}`;
const elsewhere = (path: string, body?: object) => (scene: Scene) => ({
  path: at(scene, path, ELSEWHERE),
  status: 404,
  ...(body === undefined ? {} : { body }),
});

async function add(scene: Scene): Promise<{ readonly name: string; readonly id: string }> {
  const name = next('connection');
  const { body } = await rest(scene.gateway, `POST ${at(scene, '/connections')}` as 'POST /', { body: { name, ...PLAIN } });
  return { name, id: body.id };
}
const override = (connectionName: string) => ({
  environmentName: 'Default',
  connectionName,
  authType: 'GENERIC_SECRET',
  connectionOverrides: { connectionProperties: { secretName: 'other' } },
});
async function overridden(scene: Scene): Promise<string> {
  const { name } = await add(scene);
  await rest(scene.gateway, `POST ${at(scene, OVERRIDES)}` as 'POST /', { body: override(name) });
  return name;
}
const reads = (path: string, status = 200): RouteCase<World> => ({
  roles: READERS,
  status,
  ask: (scene) => ({ path: at(scene, path) }),
  unknown: elsewhere(path),
});
const reference = { secretReferenceType: 'PASSWORD', secretName: 'login' };
const named = (name: string) => `/connections?connectionName=${name}`;
const replacement = {
  authType: 'GENERIC_SECRET',
  platformConnectionType: 'COMPONENT_BASIC',
  connectionDetails: { connectionProperties: { secretName: 'v2' } },
};

describeDialect<World>({
  dialect: matillion,
  headersOf: bearer,
  nowhere: '/dpc/v1/nowhere',
  async world(gateway) {
    const { body } = await rest(gateway, 'GET /dpc/v1/projects');
    return { world: { project: body.results[0].id, gateway }, close() {} };
  },
  makes: async (scene) => (await add(scene)).id,
  cases: {
    listProjects: { roles: READERS, status: 200, ask: () => ({ path: '/dpc/v1/projects' }) },
    createProject: { roles: [], status: 403, ask: () => ({ path: '/dpc/v1/projects', body: { name: 'another' } }) },
    listConnections: reads('/connections'),
    listOverrides: reads(OVERRIDES),
    listEnvironments: reads('/environments'),
    listSecretReferences: reads('/secret-references'),
    listPublishedPipelines: reads('/published-pipelines'),
    listStreamingPipelines: reads('/streaming-pipelines'),
    listSchedules: reads('/schedules'),
    listExecutionSteps: reads('/pipeline-executions/1/steps'),
    readArtifact: reads('/artifacts/details', 404),
    listLineageEvents: { roles: READERS, status: 200, ask: () => ({ path: '/dpc/v1/lineage/events' }) },
    listPipelineExecutions: { roles: READERS, status: 200, ask: () => ({ path: '/dpc/v1/pipeline-executions' }) },
    createConnection: {
      roles: ADMINS,
      status: 201,
      ask: (scene) => ({ path: at(scene, '/connections'), body: { name: next('made'), ...PLAIN } }),
      unknown: elsewhere('/connections', { name: 'made', ...PLAIN }),
    },
    updateConnection: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: at(scene, named((await add(scene)).name)), body: replacement }),
      unknown: (scene) => ({ path: at(scene, named('nobody')), body: replacement, status: 404 }),
    },
    deleteConnection: {
      roles: ADMINS,
      status: 204,
      ask: async (scene) => ({ path: at(scene, named((await add(scene)).name)) }),
      unknown: (scene) => ({ path: at(scene, named('nobody')), status: 404 }),
    },
    createOverride: {
      roles: ADMINS,
      status: 201,
      ask: async (scene) => ({ path: at(scene, OVERRIDES), body: override((await add(scene)).name) }),
      unknown: (scene) => ({ path: at(scene, OVERRIDES), body: override('nobody'), status: 404 }),
    },
    updateOverride: {
      roles: ADMINS,
      status: 200,
      ask: async (scene) => ({ path: at(scene, OVERRIDES), body: override(await overridden(scene)) }),
      unknown: (scene) => ({ path: at(scene, OVERRIDES), body: override('nobody'), status: 404 }),
    },
    deleteOverrides: {
      roles: ADMINS,
      status: 204,
      ask: async (scene) => ({ path: at(scene, `${OVERRIDES}?environmentName=Default&connectionNames=${await overridden(scene)}`) }),
      unknown: (scene) => ({ path: at(scene, `${OVERRIDES}?environmentName=Default&connectionNames=nobody`), status: 404 }),
    },
    createEnvironment: {
      roles: ADMINS,
      status: 201,
      ask: (scene) => ({ path: at(scene, '/environments'), body: { name: next('environment') } }),
      unknown: elsewhere('/environments', { name: 'x' }),
    },
    createSecretReference: {
      roles: ADMINS,
      status: 201,
      ask: (scene) => ({ path: at(scene, `/secret-references/${next('reference')}`), body: { ...reference, value: scene.secret() } }),
      unknown: elsewhere('/secret-references/x', reference),
    },
    addSecretReference: {
      roles: ADMINS,
      status: 201,
      ask: (scene) => ({ path: at(scene, '/secret-references'), body: { ...reference, name: next('reference') } }),
      unknown: elsewhere('/secret-references', { ...reference, name: 'x' }),
    },
    readSecretReference: {
      roles: READERS,
      status: 200,
      async ask(scene) {
        const name = next('reference');
        await rest(scene.gateway, `POST ${at(scene, `/secret-references/${name}`)}` as 'POST /', { body: reference });
        return { path: at(scene, `/secret-references/${name}`) };
      },
      unknown: (scene) => ({ path: at(scene, '/secret-references/nobody'), status: 404 }),
    },
  },
});
