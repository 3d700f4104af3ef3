/** The part of ssh2 that is used. The package is optional and has no types of its own. */
export interface Ssh2 {
  readonly Client: new () => SshClient;
}

export interface SshClient {
  on(event: 'ready' | 'close', listener: () => void): void;
  on(event: 'error', listener: (error: SshError) => void): void;
  connect(options: SshOptions): void;
  exec(command: string, done: (error: Error | undefined, stream: SshStream) => void): void;
  destroy(): void;
}

/** `level` says at which step a session failed. */
export type SshError = Error & { readonly level?: string };

interface SshOptions {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly privateKey: string;
  readonly readyTimeout: number;
  hostVerifier(key: Buffer): boolean;
}

interface SshStream {
  on(event: 'data', listener: (chunk: Buffer) => void): void;
  on(event: 'close', listener: () => void): void;
  end(data: string): void;
  readonly stderr: { resume(): void };
}

/** Named by a value, so that the compiler does not look for types where the package is not installed. */
const PACKAGE: string = 'ssh2';

export async function loadSsh2(): Promise<Ssh2> {
  const { default: ssh2 } = (await import(PACKAGE)) as { readonly default: Ssh2 };
  return ssh2;
}
