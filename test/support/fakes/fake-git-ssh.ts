import { createHash } from 'node:crypto';

/** The part of ssh2 that a server is made of; the package has no types of its own. */
interface Ssh2 {
  readonly Server: new (options: { readonly hostKeys: readonly string[] }, accept: (client: Client) => void) => SshServer;
  readonly utils: {
    generateKeyPairSync(type: 'ed25519'): { readonly private: string; readonly public: string };
    parseKey(key: string): { getPublicSSH(): Buffer; verify(data: Buffer, signature: Buffer, algorithm?: string): boolean };
  };
}

interface SshServer {
  listen(port: number, host: string, done: () => void): void;
  address(): { readonly port: number };
  close(): void;
}

interface Client {
  on(event: 'authentication', listener: (attempt: Attempt) => void): Client;
  on(event: 'ready' | 'error', listener: () => void): Client;
  on(event: 'session', listener: (accept: () => Session) => void): Client;
}

interface Attempt {
  readonly method: string;
  readonly key: { readonly algo: string; readonly data: Buffer };
  readonly signature?: Buffer;
  readonly blob?: Buffer;
  readonly hashAlgo?: string;
  accept(): void;
  reject(methods: readonly string[]): void;
}

interface Session {
  on(event: 'exec', listener: (accept: () => Channel, reject: () => void, info: { readonly command: string }) => void): void;
}

interface Channel {
  write(text: string): void;
  on(event: 'data', listener: (chunk: Buffer) => void): void;
  readonly stderr: { write(text: string): void };
  exit(code: number): void;
  end(): void;
}

const PACKAGE: string = 'ssh2';

/** A FAKE of a Git host behind SSH: a real SSH server, of ssh2, that answers git-upload-pack for one repository. */
export async function startFakeGitSsh(path: string) {
  const { default: ssh2 } = (await import(PACKAGE)) as { readonly default: Ssh2 };
  const [host, user] = [ssh2.utils.generateKeyPairSync('ed25519'), ssh2.utils.generateKeyPairSync('ed25519')];
  const allowed = ssh2.utils.parseKey(user.public);
  const server = new ssh2.Server({ hostKeys: [host.private] }, (client) => {
    client
      .on('error', () => {})
      .on('authentication', (attempt) => {
        const isKnown = attempt.method === 'publickey' && attempt.key.data.equals(allowed.getPublicSSH());
        // The key is asked about first, and signs only then.
        const isSigned =
          attempt.signature === undefined || allowed.verify(attempt.blob ?? Buffer.alloc(0), attempt.signature, attempt.hashAlgo);
        if (isKnown && isSigned) attempt.accept();
        else attempt.reject(['publickey']);
      })
      .on('session', (accept) => {
        accept().on('exec', (take, reject, { command }) => {
          const asked = /^git-upload-pack '(.+)'$/.exec(command)?.[1];
          if (asked === undefined) return reject();
          const channel = take();
          if (asked !== path) {
            channel.stderr.write('ERROR: Repository not found.\n');
            channel.exit(1);
            return channel.end();
          }
          channel.write('0000');
          channel.on('data', () => {
            channel.exit(0);
            channel.end();
          });
        });
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const key = ssh2.utils.parseKey(host.public).getPublicSSH();
  return {
    port: server.address().port,
    userKey: user.private,
    otherKey: ssh2.utils.generateKeyPairSync('ed25519').private,
    fingerprint: `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`,
    close: () => server.close(),
  };
}
