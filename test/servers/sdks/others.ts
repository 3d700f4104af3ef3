import { expect } from 'vitest';
import { createTestPool, runValidator } from '../../support/connectors/validate.ts';
import { startFakeGit } from '../../support/fakes/fake-git.ts';
import { startFakeGitSsh } from '../../support/fakes/fake-git-ssh.ts';
import { type FakeRequest, startJsonServer } from '../../support/fakes/json-server.ts';
import { refused, type SdkCase } from './ask-sdk.ts';

const git: SdkCase = {
  sdk: 'git',
  ask: 'git',
  kinds: ['looker-git-clone'],
  async start() {
    const pair = 'loader:a-token';
    const http = await startFakeGit({ repositories: [{ path: '/acme/looks.git', readers: [pair] }], known: [pair, 'other:a-token'] });
    const ssh = await startFakeGitSsh('/acme/looks.git');
    const at = (login: string) => ({ url: `http://${login}@127.0.0.1:${http.port}/acme/looks.git` });
    const address = `ssh://git@127.0.0.1:${ssh.port}/acme`;
    return {
      close() {
        http.close();
        ssh.close();
      },
      logins: {
        token: at(pair),
        key: { url: `${address}/looks.git`, key: ssh.userKey },
        wrongToken: at('loader:another'),
        mayNotRead: at('other:a-token'),
        otherKey: { url: `${address}/looks.git`, key: ssh.otherKey },
        noRepository: { url: `${address}/nowhere.git`, key: ssh.userKey },
      },
    };
  },
  outcomes: {
    token: { who: '' },
    key: { who: '' },
    wrongToken: refused(/Authentication failed/),
    mayNotRead: refused(/returned error: 403/),
    otherKey: refused(/Permission denied \(publickey\)/),
    noRepository: refused(/Repository not found/),
  },
};

const SIGNING_SECRET = `whsec_${Buffer.from('a signing secret of the test').toString('base64')}`;

const webhook: SdkCase = {
  sdk: 'standardwebhooks',
  ask: 'webhook',
  kinds: ['webhook'],
  async start() {
    const received: FakeRequest[] = [];
    const receiver = await startJsonServer((request) => {
      received.push(request);
      return { status: 204, body: '' };
    });
    const pool = createTestPool();
    await runValidator(pool, 'webhook', 'validate_connection', { url: `${receiver.url}/hook`, signingSecret: SIGNING_SECRET });
    await pool.close();
    const { headers, body } = received.at(-1) ?? {};
    const other = `whsec_${Buffer.from('a signing secret of another').toString('base64')}`;
    return {
      close: receiver.close,
      logins: { ours: { secret: SIGNING_SECRET, headers, body }, another: { secret: other, headers, body } },
    };
  },
  outcomes: {
    ours: { who: expect.objectContaining({ type: expect.any(String) }) },
    another: refused(/^WebhookVerificationError: No matching signature found/),
  },
};

export const others: readonly SdkCase[] = [git, webhook];
