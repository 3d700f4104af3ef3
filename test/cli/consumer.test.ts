import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { rest } from '../support/gateway/rest-client.ts';

const GUID = '5f2c0f0e-3f0b-4c8e-9a6c-0d3b8f0f7a11';
const NOBODY = '0d4c1e52-6a0b-4a53-9d7e-2b1f4c7a9e10';
const TIME = /^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/;
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await commandLine.close();
  await gateway.close();
});

const commandLine = createTestCommandLine(() => gateway);
const consumer = (...args: readonly string[]) => commandLine.run(['consumer', ...args]);
const json = (...args: readonly string[]) => commandLine.json('consumer', ...args);

test('content is registered with the guid that it has, its session token is shown once, and it is removed by its name', async () => {
  const registered = await consumer('register', '--name', 'Sales report', '--title', 'Sales', '--guid', GUID.toUpperCase());
  const listed = await consumer('list');
  const read = await rest(gateway, `GET /__api__/v1/content/${GUID}`);
  const removed = await consumer('remove', 'Sales report');
  const gone = await rest(gateway, `GET /__api__/v1/content/${GUID}`);
  expect({
    registered: registered.stdout.replace(/chg_cst_\S+/, 'TOKEN'),
    listed: listed.stdout.replace(/\d{4}-\d\d-\d\d \S+Z/, 'TIME').replaceAll(/ {2,}/g, '  '),
    read: [read.status, read.body.name, read.body.title],
    removed: [removed.code, removed.stdout],
    gone: gone.status,
    none: (await consumer('list')).stdout,
  }).toEqual({
    registered: `Registered Sales report as ${GUID}.\nSession token, shown this once: TOKEN\n`,
    listed: `ID  NAME  CONNECTIONS  SINCE\n${GUID}  Sales report  0  TIME\n`,
    read: [200, 'Sales report', 'Sales'],
    removed: [0, `Removed ${GUID}.\n`],
    gone: 404,
    none: '(none)\n',
  });
});

test('with --json each command prints one value, the session token where it is made and nowhere else', async () => {
  const registered = await json('register', '--name', 'Forecast');
  const listed = await json('list');
  const removed = await json('remove', registered.id);
  const { sessionToken, ...made } = registered;
  expect({ made, sessionToken, listed, removed }).toEqual({
    made: { id: expect.stringMatching(/^[0-9a-f-]{36}$/), name: 'Forecast', title: null, createdAt: expect.stringMatching(TIME) },
    sessionToken: expect.stringMatching(/^chg_cst_[A-Za-z0-9_-]{72}$/),
    listed: [{ ...made, connectionIds: [] }],
    removed: { id: made.id, removed: true },
  });
});

test('what is refused says what to do next', async () => {
  const twins = [await json('register', '--name', 'Twin'), await json('register', '--name', 'Twin')];
  const viewer = await gateway.token('viewer');
  const told = {
    unnamed: await consumer('register'),
    noGuid: await consumer('register', '--name', 'x', '--guid', 'report'),
    taken: await consumer('register', '--name', 'x', '--guid', twins[0].id),
    forbidden: await commandLine.run(['consumer', 'register', '--name', 'x'], { environment: { CHANGEOVER_TOKEN: viewer.secret } }),
    unknownName: await consumer('remove', 'Nobody'),
    unknownId: await consumer('remove', NOBODY),
    several: await consumer('remove', 'Twin'),
  };
  expect(Object.fromEntries(Object.entries(told).map(([name, { code, stdout, stderr }]) => [name, { code, stdout, stderr }]))).toEqual({
    unnamed: { code: 2, stdout: '', stderr: expect.stringMatching(/--name.*\nAdd --help to see what there is\.\n$/) },
    noGuid: { code: 2, stdout: '', stderr: 'changeover: --guid must be a UUID.\n' },
    taken: {
      code: 1,
      stdout: '',
      stderr:
        'changeover: There is such a consumer already.\nLeave the id out for a new one, or remove that consumer first: its session token ends with it.\n',
    },
    forbidden: { code: 1, stdout: '', stderr: expect.stringContaining('Use a token with a role that holds it.') },
    unknownName: {
      code: 2,
      stdout: '',
      stderr: 'changeover: There is no consumer of that id or name; changeover consumer list shows them.\n',
    },
    unknownId: { code: 1, stdout: '', stderr: expect.stringContaining('Check the id and the project of the token.') },
    several: { code: 2, stdout: '', stderr: `changeover: Several have that name: ${twins.map(({ id }) => id).join(', ')}. Give the id.\n` },
  });
});
