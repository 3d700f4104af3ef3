import { type Grants, parseGrants, quoted } from './mysql-grants.ts';
import type { SqlSession } from './sql.ts';

/** The account that the server chose for a login, and what it may do. */
export interface Account {
  /** As a statement names it. */
  readonly name: string;
  readonly grants: Grants;
}

/** Every account may ask this of itself. */
export async function readAccount(session: SqlSession): Promise<Account> {
  const [row] = await session.query('SELECT CURRENT_USER() AS account');
  const lines = await session.query('SHOW GRANTS');
  return { name: quotedAccount(String(row?.account)), grants: parseGrants(lines.flatMap((line) => Object.values(line).map(String))) };
}

/** `name@host`, where the name may hold an @ and the host does not. */
function quotedAccount(account: string): string {
  const at = account.lastIndexOf('@');
  return at === -1 ? quoted(account) : `${quoted(account.slice(0, at))}@${quoted(account.slice(at + 1))}`;
}
