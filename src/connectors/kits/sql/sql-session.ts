import type { Problem } from '../../../domain/connector/validation.ts';
import { problem, refusal } from '../problems.ts';
import type { Finding } from '../usual-validators.ts';
import type { Protection, TlsOptions } from './tls.ts';

export type SqlRow = Readonly<Record<string, unknown>>;

/** A login's open session: read-only where the system knows that, and with a statement timeout. */
export interface SqlSession {
  query(text: string, values?: readonly unknown[]): Promise<readonly SqlRow[]>;
  /** Ends it. A promise is waited for, within the deadline. */
  close(): unknown;
  /** What was agreed on where there is a choice; anything but `verified` is warned of. */
  readonly protection?: Protection;
}

/** Where and as whom to log in over a protocol of a server's own. */
export interface ServerLogin {
  readonly host: string;
  readonly port: number;
  readonly database?: string | undefined;
  readonly user: string;
  readonly password: string;
  readonly ssl?: TlsOptions | undefined;
}

/** Opens a session, uses it, and closes it at the end or at the deadline, whichever is first. A failure to close changes nothing. */
export async function withSqlSession<S extends SqlSession, T>(
  connect: () => Promise<S>,
  signal: AbortSignal,
  use: (session: S) => Promise<T>,
): Promise<T> {
  const session = await connect();
  let closing: Promise<unknown> | null = null;
  const close = async () => {
    closing ??= Promise.resolve(session.close());
    await closing.catch(() => {});
  };
  signal.addEventListener('abort', () => void close(), { once: true });
  try {
    return await use(session);
  } finally {
    await close();
  }
}

/** A statement that needs no permission and returns 1. The value is checked, since any server could answer without an error. */
export async function selectOne({ query, protection }: SqlSession, statement = 'SELECT 1'): Promise<Finding> {
  const rows = await query(statement);
  if (rows.length !== 1 || Number(Object.values(rows[0] ?? {})[0]) !== 1)
    throw refusal(
      'PROTOCOL_ERROR',
      `${statement} was not answered with 1`,
      'What answered does not behave like a server of this kind.',
      'Check the address; a proxy or another service may be answering there.',
    );
  return { warnings: protectionWarning(protection) };
}

export function protectionWarning(protection: Protection | undefined): readonly Problem[] {
  if (protection === undefined || protection === 'verified') return [];
  const [cause, friendlyMessage] =
    protection === 'unverified'
      ? ['TLS without verification', 'The connection is encrypted, but nothing proves who answers.']
      : ['no TLS', 'The connection is not encrypted.'];
  return [problem('NOT_PROTECTED', cause, friendlyMessage, 'Give sslOptions with caData, verifyCert or verifyIdentity.')];
}

/** A row of an API that answers all values as texts. */
export type TextRow = Readonly<Record<string, string | null>>;

/** Rows of an API that gives columns and values apart. */
export function namedRows<V>(
  columns: readonly { readonly name: string }[],
  rows: readonly (readonly V[])[],
): readonly Readonly<Record<string, V | null>>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])));
}

/** A name in double quotes, as standard SQL takes it. */
export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A name, or a qualified one of its parts, in backticks. */
export function backquoted(...parts: readonly string[]): string {
  return parts.map((name) => `\`${name.replaceAll('`', '``')}\``).join('.');
}

/** The name in backticks, as it is. */
export function unbackquoted(name: string): string {
  return name.slice(1, -1).replaceAll('``', '`');
}
