import { generateKeyPairSync } from 'node:crypto';
import { afterAll, describe, expect, test } from 'vitest';
import { readRepository } from '../../src/connectors/looker-git-clone/repository.ts';
import type { Details } from '../../src/domain/connection/details/details.ts';
import { parseDetails } from '../../src/domain/connection/details/parse-details.ts';
import { describeConnector } from '../contracts/connector.ts';
import { catalogue, createTestPool, runValidator } from '../support/connectors/validate.ts';
import { startFakeGit } from '../support/fakes/fake-git.ts';
import { startFakeGitSsh } from '../support/fakes/fake-git-ssh.ts';

const known = ['x-access-token:ghp_a-token-of-the-test', 'ada:ghp_another'];
const repositories = [
  { path: '/acme/looker.git', readers: ['x-access-token:ghp_a-token-of-the-test'] },
  { path: '/acme/open.git', readers: null },
];
const fake = await startFakeGit({ repositories, known });
const old = await startFakeGit({ repositories, known, old: true });
const ssh = await startFakeGitSsh('/acme/looker.git');
const pool = createTestPool();
afterAll(async () => {
  for (const server of [fake, old, ssh]) server.close();
  await pool.close();
});

const details = { repoUrl: `${fake.url}/acme/looker.git`, token: 'ghp_a-token-of-the-test', hostKey: ssh.fingerprint };
const overSsh = { repoUrl: `ssh://git@127.0.0.1:${ssh.port}/acme/looker.git`, sshKey: ssh.userKey };

describeConnector('looker-git-clone', {
  good: () => details,
  at: (host, port) => ({ ...details, repoUrl: `https://${host}:${port}/acme/looker.git`, hostKey: `SHA256:${'A'.repeat(43)}` }),
  withSecret: (canary) => ({ ...details, token: canary }),
});

describe('looker-git-clone', () => {
  const run = (given: Details) => runValidator(pool, 'looker-git-clone', 'validate_connection', given);
  const codes = async (given: Details) => {
    const { errors, warnings } = await run(given);
    return [...errors, ...warnings].map(({ code }) => code);
  };

  test('a repository is found in either version, and with or without .git', async () => {
    expect({
      old: await codes({ ...details, repoUrl: `${old.url}/acme/looker.git` }),
      without: await codes({ ...details, repoUrl: `${fake.url}/acme/looker/` }),
    }).toEqual({ old: [], without: [] });
  });

  test('one that is absent, one that may not be read, and one that anybody may read are told apart', async () => {
    expect({
      absent: await codes({ ...details, repoUrl: `${fake.url}/acme/none.git` }),
      forbidden: await codes({ ...details, username: 'ada', token: 'ghp_another' }),
      open: await codes({ ...details, repoUrl: `${fake.url}/acme/open.git` }),
    }).toEqual({ absent: ['DATABASE_NOT_FOUND'], forbidden: ['ACCESS_DENIED'], open: ['SKIPPED'] });
  });

  test('over SSH a key signs in, the host is pinned or warned of, and each failure has a code', async () => {
    const pinned = { ...overSsh, hostKey: ssh.fingerprint };
    const unpinned = await run(overSsh);
    expect({
      pinned: await codes(pinned),
      unpinned: unpinned.warnings.map(({ code, resolution }) => [code, resolution.includes(ssh.fingerprint)]),
      encoded: await codes({ ...pinned, sshKey: Buffer.from(ssh.userKey).toString('base64') }),
      otherHost: await codes({ ...pinned, hostKey: `SHA256:${'A'.repeat(43)}` }),
      otherKey: await codes({ ...pinned, sshKey: ssh.otherKey }),
      unreadable: await codes({ ...pinned, sshKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nno' }),
      absent: await codes({ ...pinned, repoUrl: `ssh://git@127.0.0.1:${ssh.port}/acme/none.git` }),
      closed: await codes({ ...pinned, repoUrl: 'ssh://git@127.0.0.1:1/acme/looker.git' }),
      http: await codes({ ...pinned, repoUrl: `ssh://git@127.0.0.1:${fake.port}/acme/looker.git` }),
    }).toEqual({
      pinned: [],
      unpinned: [['NOT_PROTECTED', true]],
      encoded: [],
      otherHost: ['TLS_UNTRUSTED'],
      otherKey: ['CREDENTIALS_REJECTED'],
      unreadable: ['CREDENTIALS_REJECTED'],
      absent: ['DATABASE_NOT_FOUND'],
      closed: ['PORT_CLOSED'],
      http: ['PROTOCOL_ERROR'],
    });
  });

  test('a key in the form of PKCS #8 is read, too', async () => {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const { errors } = await run({ ...overSsh, sshKey: privateKey, hostKey: ssh.fingerprint });
    expect(errors.map(({ cause }) => cause)).toEqual(['public key authentication failed']);
  });

  test.each([
    ['git@github.com:acme/looker.git', { by: 'ssh', user: 'git', host: 'github.com', port: 22, path: 'acme/looker.git' }],
    [
      'ssh://deploy@git.example.com:2222/srv/looker.git',
      { by: 'ssh', user: 'deploy', host: 'git.example.com', port: 2222, path: '/srv/looker.git' },
    ],
    ["git@github.com:acme/looker.git'; rm -rf '", null],
    ['git@github.com:--upload-pack=x', null],
    ['https://token@github.com/acme/looker.git', null],
    ['https://github.com/acme/looker.git?token=x', null],
    ['http://github.com/acme/looker.git', null],
    ['file:///srv/looker.git', null],
  ])('%s is read as %j', (url, expected) => {
    expect(readRepository(url)).toEqual(expected);
  });

  test.each([
    ['a token for SSH', { ...overSsh, sshKey: undefined, token: 't' }, 'repoUrl'],
    ['a key for https', { ...details, token: undefined, sshKey: 'k' }, 'repoUrl'],
    ['both', { ...details, sshKey: 'k' }, 'token'],
  ])('%s is refused', (_, given, path) => {
    const connector = catalogue.find('looker-git-clone');
    if (connector === null) throw new Error('not registered');
    expect(() => parseDetails(connector, given)).toThrow(expect.objectContaining({ details: expect.objectContaining({ path }) }));
  });
});
