import { chmodSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v4 as uuidv4 } from 'uuid';
import type { TestGateway } from '../gateway/gateway.ts';

/** A receiver of webhooks that knows one value of its header, and keeps those that it was sent. */
export interface Doorman {
  readonly url: string;
  admits: string;
  readonly sent: string[];
  close(): void;
}

export async function startDoorman(admits: string): Promise<Doorman> {
  const server = createServer((request, response) => {
    request.resume();
    const value = String(request.headers['x-pass'] ?? '');
    doorman.sent.push(value);
    response.writeHead(value === doorman.admits ? 204 : 401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const doorman = { url: `http://127.0.0.1:${port}/hook`, admits, sent: [] as string[], close: () => void server.close() };
  return doorman;
}

/** A folder of secrets outside of the gateway's own, which the operator may grant. */
export function createSecretFolder() {
  const folder = join(realpathSync(tmpdir()), `changeover-secrets-${uuidv4()}`);
  mkdirSync(folder, { mode: 0o700 });
  return {
    folder,
    path: (name: string) => join(folder, name),
    write(name: string, content: unknown): string {
      const path = join(folder, name);
      writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
      chmodSync(path, 0o600);
      return path;
    },
  };
}

export const GRANT =
  'mutation ($provider: SecretProvider!, $prefix: String!) { grantSecrets(provider: $provider, prefix: $prefix) { provider prefix createdBy } }';
export const REVOKE =
  'mutation ($provider: SecretProvider!, $prefix: String!) { revokeSecrets(provider: $provider, prefix: $prefix) { success } }';
export const STAGE_NEW =
  'mutation ($d: SelfHostedCredentialsConnectionDetails!) { testSelfHostedCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }';
export const UPDATE_REFERENCE =
  'mutation ($id: UUID!, $c: SelfHostedUpdateCredentialsConnectionDetails!, $replace: Boolean) { updateSelfHostedCredentialsV2(connectionId: $id, changes: $c, replace: $replace) { result { key } } }';

const ADD =
  'mutation ($k: String!, $n: String!, $a: Boolean) { addConnection(connectionType: "webhook", key: $k, name: $n, isActive: $a) { connection { uuid } } }';

/** Adds a webhook whose credentials stay in a file, over the API. */
export async function addReferring(gateway: TestGateway, filePath: string, isActive = true): Promise<string> {
  const details = { connectionType: 'webhook', selfHostedCredentialsType: 'FILE', filePath };
  const staged = await gateway.graphql(STAGE_NEW, { d: details });
  const added = await gateway.graphql(ADD, { k: staged.data.testSelfHostedCredentialsV2.key, n: `kept in ${uuidv4()}`, a: isActive });
  return added.data.addConnection.connection.uuid;
}
