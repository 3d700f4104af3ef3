import { createHash } from 'node:crypto';
import { EgressError } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { problem, Refusal } from '../kits/problems.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { GitDetails } from './fields.ts';
import type { Repository } from './repository.ts';
import { readSshKey } from './ssh-key.ts';
import { loadSsh2, type SshClient, type SshError } from './ssh2.ts';

type SshRepository = Extract<Repository, { readonly by: 'ssh' }>;

/** Signs in with the key and runs git-upload-pack, of which the first line is read: https://git-scm.com/docs/pack-protocol */
export async function askOverSsh(
  { host, port, user, path }: SshRepository,
  { credentials: { sshKey = '', hostKey }, egress, signal }: ValidatorInput<GitDetails>,
): Promise<Finding> {
  const { Client } = await loadSsh2();
  const client = new Client();
  const seen = { hostKey: '' };
  const abort = () => client.destroy();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      client.on('ready', () => advertise(client, path).then(resolve, reject));
      client.on('error', reject);
      client.on('close', () => reject(new EgressError(signal.aborted ? 'TIMEOUT' : (egress.firstFailure() ?? 'UNREACHABLE'))));
      client.connect({
        host,
        port,
        username: user,
        privateKey: readSshKey(sshKey),
        // The deadline of the whole check ends it.
        readyTimeout: 0,
        hostVerifier(key) {
          seen.hostKey = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
          return hostKey === undefined || hostKey === seen.hostKey;
        },
      });
    });
  } catch (error) {
    throw explained(error, egress.firstFailure(), hostKey !== undefined && hostKey !== seen.hostKey && seen.hostKey !== '');
  } finally {
    signal.removeEventListener('abort', abort);
    client.on('error', () => {});
    client.destroy();
  }
  return { warnings: hostKey === undefined ? [unpinned(seen.hostKey)] : [] };
}

/** Resolves where the repository answers. A host that does not show it says so in words of its own, and with a code that is not 0. */
async function advertise(client: SshClient, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.exec(`git-upload-pack '${path}'`, (error, stream) => {
      if (error !== undefined) return reject(error);
      let begin = '';
      stream.on('data', (chunk: Buffer) => {
        begin += chunk.toString('latin1');
        if (!/^[0-9a-f]{4}/.test(begin)) return;
        // A flush says that nothing is wanted.
        stream.end('0000');
        resolve();
      });
      stream.on('close', () => reject(new Refusal(NOT_SHOWN)));
      stream.stderr.resume();
    });
  });
}

function explained(error: unknown, network: EgressError['code'] | null, isOtherHost: boolean): unknown {
  if (error instanceof Refusal) return error;
  if (isOtherHost) return new Refusal(OTHER_HOST);
  if (error instanceof EgressError) return error;
  const { level } = error as SshError;
  if (level === 'client-authentication') return new Refusal(REFUSED);
  if (network !== null) return new EgressError(network);
  if (level === 'client-socket') return new EgressError('UNREACHABLE');
  if (level !== undefined) return new Refusal(NO_SSH);
  // What connect() throws is of the key alone, and may quote it.
  return new Refusal(UNREADABLE);
}

const REFUSED = problem(
  'CREDENTIALS_REJECTED',
  'public key authentication failed',
  'The SSH server refused the key.',
  'Add its public key to the repository as a deploy key, or to a user who may read it.',
);

const UNREADABLE = problem(
  'CREDENTIALS_REJECTED',
  'the private key could not be read',
  'The key is no private key that can be used.',
  'Give the file of an OpenSSH key without a passphrase, as ssh-keygen makes it, or base64 of it.',
);

const OTHER_HOST = problem(
  'TLS_UNTRUSTED',
  'the host key is another one',
  'The server has another key than hostKey says: it may not be the one that was meant.',
  "Compare with the host's published fingerprints before you change hostKey.",
);

const NO_SSH = problem(
  'PROTOCOL_ERROR',
  'no SSH session was agreed on',
  'What answered does not speak SSH as this gateway does.',
  'Check host and port in repoUrl.',
);

const NOT_SHOWN = problem(
  'DATABASE_NOT_FOUND',
  'git-upload-pack did not answer',
  'The key is good. There is no such repository, or the key may not see it: some hosts say the same of both.',
  'Check the path in repoUrl, and that the key may read that repository.',
);

function unpinned(fingerprint: string) {
  return problem(
    'NOT_PROTECTED',
    'hostKey is not given',
    'Whoever answers at that address is believed.',
    `Give hostKey, after comparing it with the host's published fingerprints: ${fingerprint}`,
  );
}
