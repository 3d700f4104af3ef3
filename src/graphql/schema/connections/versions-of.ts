import type { Connection, Version } from '../../../domain/connection/connection.ts';
import { badRequest, DomainError } from '../../../domain/errors/errors.ts';
import { listVersions } from '../../../operations/connections/list-versions.ts';
import { never } from '../../plugins/budget/answer-budget.ts';
import type { Context } from '../context.ts';
import { MAX_PAGE } from '../page.ts';
import { chargeRows } from '../unpaged-lists.ts';

/** Most versions of one connection that are listed without pages. */
export const MOST_VERSIONS = 1000;

/** What the statement for one connection costs, beside its rows. */
const STATEMENT = { values: 100, bytes: 0 };

interface VersionArgs {
  readonly first?: number | null | undefined;
  readonly before?: number | null | undefined;
}

/**
 * The versions of a connection, newest first: a page of them, or all. Each connection needs a statement of its own, so each waits for a
 * turn of the event loop that has time for it, and rows are charged before more are read. Throws LIMIT_EXCEEDED where all are too many,
 * BAD_REQUEST for a page that can't be.
 */
export async function versionsOf(row: Connection, { first, before }: VersionArgs, context: Context): Promise<Version[]> {
  const { services, actor, answer } = context;
  if (first != null && (first < 1 || first > MAX_PAGE)) throw badRequest('first', `first is a number from 1 to ${MAX_PAGE}.`);
  const most = first ?? MOST_VERSIONS + 1;
  const found: Version[] = [];
  let last = before ?? null;
  while (found.length < most) {
    if (!answer.charge(STATEMENT, 1)) return await never();
    const limit = Math.min(MAX_PAGE, most - found.length);
    await answer.turn(STATEMENT.values + limit);
    const page = await listVersions(services, actor, row.id, { limit, before: last });
    if (!chargeRows(answer, page)) return await never();
    found.push(...page);
    last = page.at(-1)?.version ?? null;
    if (page.length < limit) break;
  }
  if (first == null && found.length > MOST_VERSIONS)
    throw new DomainError(
      'LIMIT_EXCEEDED',
      `More than ${MOST_VERSIONS} versions. Read them page by page: \`versions(first: ${MAX_PAGE}, before: …)\`, where \`before\` is the last version of the page before.`,
      { limit: MOST_VERSIONS },
    );
  return found;
}
