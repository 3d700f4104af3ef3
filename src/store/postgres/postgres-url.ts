import type { ClientConfig } from 'pg';
import { StartupError } from '../../domain/errors/startup-error.ts';

const HOST = /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])$/;
const SSL_MODES = ['disable', 'require', 'verify-full'];

/**
 * The driver's options from CHANGEOVER_DATABASE_URL. Each is explicit and none is taken from the URL unread: the driver would
 * otherwise fill gaps from PG* variables, read files that a URL names, and dial another host or a socket. Throws StartupError.
 */
export function postgresOptions(databaseUrl: string): ClientConfig & Readonly<Record<'replication' | 'sslnegotiation', string>> {
  if (!URL.canParse(databaseUrl)) throw bad('is not a URL');
  const url = new URL(databaseUrl);
  if (!/^postgres(ql)?:$/.test(url.protocol)) throw bad('is not a PostgreSQL URL');
  if (!HOST.test(url.hostname) || url.username === '' || !/^\/[^/]+$/.test(url.pathname) || url.hash !== '' || url.port === '0')
    throw bad('is not complete');
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decoded);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 5432 : Number(url.port),
    user: user ?? '',
    // As a function, an empty one is not replaced by PGPASSWORD or .pgpass.
    password: () => password ?? '',
    database: database ?? '',
    ssl: sslOf(url),
    application_name: 'changeover',
    fallback_application_name: 'changeover',
    client_encoding: 'UTF8',
    replication: 'false',
    sslnegotiation: 'postgres',
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
  };
}

function sslOf(url: URL): ClientConfig['ssl'] {
  for (const name of url.searchParams.keys()) if (name !== 'sslmode') throw bad('has a parameter other than sslmode');
  const [mode = isLoopback(url.hostname) ? 'disable' : 'verify-full', ...more] = url.searchParams.getAll('sslmode');
  if (more.length > 0 || !SSL_MODES.includes(mode)) throw bad('has an unknown sslmode');
  return mode === 'disable' ? false : { rejectUnauthorized: mode === 'verify-full' };
}

/** A connection within this machine needs no TLS; any other does, unless the URL says that it may be without. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function decoded(part: string): string {
  try {
    const text = decodeURIComponent(part);
    if (!text.includes('\0')) return text;
  } catch {
    // The error would quote the part, which may be the password.
  }
  throw bad('has a part that is not percent-encoded');
}

function bad(what: string): StartupError {
  return new StartupError(
    `CHANGEOVER_DATABASE_URL ${what}. Its form is postgres://user:password@host:port/database?sslmode=verify-full|require|disable.`,
  );
}
