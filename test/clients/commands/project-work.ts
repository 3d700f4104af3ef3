import { randomUUID } from 'node:crypto';
import { atVersion, update } from './first-connection.ts';
import { options, type Step } from './step.ts';

/** What a user does beside connections, each in a story of its own. */

const NEWEST = '{ connections { edges { node { uuid } } } }';

/** `port`, and `secret`, the path of a file in a folder that is granted, are known from the start. */
export const selfHosted: readonly Step[] = [
  {
    args: ({ secret = '' }) => ['integrations', 'add-self-hosted-credentials-v2', ...options({ ...HOSTED(), 'file-path': secret })],
    answers: 'y\n',
    prints: [/Success! Added connection/],
    keeps: async ({ ask }) => ({ id: (await ask(NEWEST)).connections.edges[0].node.uuid }),
  },
  { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },
  {
    args: (memory) => update({ file_path: memory.secret?.replace('.json', '-2.json') })(memory),
    prints: [/Success! Updated/],
    holds: atVersion(2),
  },
  // A variable that is given alone replaces the file.
  { args: (memory) => update({ env_var_name: 'MCD_SALES' })(memory), prints: [/Success! Updated/], holds: atVersion(3) },
  { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },
  {
    args: ['integrations', 'add-self-hosted-credentials-v2', ...options({ ...HOSTED('ENV_VAR'), 'env-var-name': 'MCD_NOT_GRANTED' })],
    answers: 'y\n',
    exit: 1,
    prints: [/granted this project no such env secret/],
  },
  { args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'], prints: [/Success! Removed/] },
];

function HOSTED(type = 'FILE') {
  return { 'connection-type': 'postgres', 'self-hosted-credentials-type': type, name: 'hosted' };
}

export const keysAndSecrets: readonly Step[] = [
  {
    args: ['integrations', 'create-key', ...options({ description: 'nightly', scope: 'CircuitBreaker' })],
    prints: [/Key id: [0-9a-f-]{36}/, /Key secret: chg_svc_/],
    keeps: async ({ ask }) => ({ key: (await ask('{ getIntegrationKeys { id } }')).getIntegrationKeys[0].id }),
  },
  { args: ['integrations', 'list-keys'], prints: [/nightly/, /CircuitBreaker/, /first owner/] },
  { args: ({ key = '' }) => ['integrations', 'delete-key', '--key-id', key], prints: [/Key has been deleted/] },
  { args: ({ key = '' }) => ['integrations', 'delete-key', '--key-id', key], exit: 1, prints: [/No such/] },

  {
    args: ['secrets', 'create', ...options({ name: 'smtp', value: 'a value of the command', description: 'for mail' })],
    prints: [/Created secret: 'smtp'/],
    keeps: async ({ ask }) => {
      const { createToken: made } = await ask('mutation { createToken(name: "admin", roles: [admin]) { secret token { id } } }');
      return { adminId: made.token.id, adminSecret: made.secret };
    },
  },
  { args: ['secrets', 'create', ...options({ name: 'smtp', value: 'another value' })], exit: 1, prints: [/exists already/] },
  { args: ['secrets', 'list'], prints: [/smtp/, /global/, /for mail/, /never/, /first owner/] },
  { args: ['secrets', 'get', '--name', 'smtp'], prints: [/Name: smtp/, /Scope: global/, /Created by: first owner/] },
  { args: ['secrets', 'get', '--name', 'smtp', '--reveal'], prints: [/a value of the command/] },
  {
    args: ['secrets', 'get', '--name', 'smtp', '--reveal'],
    as: ({ adminId = '', adminSecret = '' }) => ({ MCD_DEFAULT_API_ID: adminId, MCD_DEFAULT_API_TOKEN: adminSecret }),
    exit: 1,
    prints: [/reveal/],
  },
  { args: ['secrets', 'delete', '--name', 'smtp'], prints: [/Deleted secret: 'smtp'/] },
  { args: ['secrets', 'delete', '--name', 'smtp'], prints: [/Secret 'smtp' was not found/] },

  // No agent is connected.
  { args: ['agents', 'list'], prints: [/Agent ID/] },
  { args: ['agents', 'list', '--show-inactive'], prints: [/Agent ID/] },
  { args: ['agents', 'health', '--agent-id', randomUUID()], exit: 1, prints: [/No agents found/] },
  { args: ['agents', 'test-tcp-open', ...options({ host: '127.0.0.1', port: '1' })], prints: [/nothing listens on that port/] },
  { args: ['agents', 'test-telnet', ...options({ host: '127.0.0.1', port: '1' })], prints: [/nothing listens on that port/] },
];

/** What the program itself does, which reads its settings when it starts. */
export const signingIn: readonly Step[] = [
  { args: ['validate'], prints: [/Hi, first owner/, /All is well/] },
  { args: ['validate'], as: () => ({ MCD_DEFAULT_API_TOKEN: `chg_svc_${'0'.repeat(48)}` }), exit: 1, prints: [/401/] },
  { args: ['validate'], as: asClient, prints: [/Hi, first owner/, /All is well/] },
  { args: ['secrets', 'list'], as: asClient, prints: [/Name/] },
  { args: ['validate'], as: (memory) => asClient({ ...memory, secret: 'wrong' }), exit: 1, prints: [/401/] },
];

function asClient({ id = '', secret = '' }: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { MCD_DEFAULT_OAUTH_CLIENT_ID: id, MCD_DEFAULT_OAUTH_CLIENT_SECRET: secret, MCD_DEFAULT_INSTANCE_ID: 'us1' };
}
