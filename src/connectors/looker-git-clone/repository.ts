/** Where a repository is, and how it is reached. */
export type Repository =
  | { readonly by: 'https'; readonly origin: string; readonly host: string; readonly url: string }
  | { readonly by: 'ssh'; readonly host: string; readonly port: number; readonly user: string; readonly path: string };

const HOST = String.raw`[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\]`;
/** `git@github.com:acme/looker.git`, which means port 22 and a path below the home of the user. */
const SCP = new RegExp(`^(?:([\\w.-]+)@)?(${HOST}):(?!//)([^:]+)$`);
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Null for what is neither an https URL nor an address of SSH, and for a path that a shell at the other end could misread. */
export function readRepository(url: string): Repository | null {
  const scp = SCP.exec(url);
  if (scp !== null) return overSsh({ user: scp[1], host: scp[2] ?? '', port: 22, path: scp[3] ?? '' });
  if (!URL.canParse(url)) return null;
  const { protocol, origin, hostname, username, password, port, pathname, search, hash } = new URL(url);
  if (password !== '' || search !== '' || hash !== '') return null;
  if (protocol === 'ssh:') return overSsh({ user: username || undefined, host: hostname, port: Number(port || 22), path: pathname });
  const isHttp = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
  if (!isHttp || username !== '' || pathname === '/') return null;
  return { by: 'https', origin, host: hostname, url: `${origin}${pathname.replace(/\/+$/, '')}` };
}

interface SshAddress {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

function overSsh({ user = 'git', host, port, path }: SshAddress): Repository | null {
  // The path stands in single quotes in a command line, and must not be read as an option.
  if (!/^[\w./~@+ -]+$/.test(path) || path.startsWith('-') || !/^[\w.-]+$/.test(user)) return null;
  return { by: 'ssh', host: host.replace(/^\[(.*)\]$/, '$1'), port, user, path };
}

/** Where secrets are sent. */
export function placeOf(url: string | undefined): string | null {
  const repository = url === undefined ? null : readRepository(url);
  if (repository === null) return null;
  return repository.by === 'https' ? repository.origin : `ssh://${repository.host.toLowerCase()}:${repository.port}`;
}
