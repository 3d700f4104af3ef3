import { PositError } from '../../domain/posit/posit-error.ts';
import { requireRight } from '../../operations/access/require-right.ts';
import type { Route } from '../kit/route.ts';
import { readGuid } from './read-body.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

const ALL = '/__api__/v1/oauth/sessions';

/** Grants of users. A login flow would store them; until there is one there are none. */
export const sessions: readonly Route[] = [
  {
    method: 'GET',
    url: ALL,
    operation: 'listOAuthSessions',
    summary: "The caller's sessions, or all",
    shapes: { query: requests.sessionQuery, answers: { 200: shapes.session.array() } },
    async run({ actor, query }) {
      if (readBoolean(query.all)) requireRight(actor, 'commit');
      return { body: [] };
    },
  },
  {
    method: 'GET',
    url: `${ALL}/:guid`,
    operation: 'readOAuthSession',
    summary: 'One session',
    shapes: { params: requests.byGuid, answers: { 200: shapes.session } },
    run: ({ params }) => noSession(params),
  },
  {
    method: 'DELETE',
    url: `${ALL}/:guid`,
    operation: 'deleteOAuthSession',
    summary: 'Ends a session',
    shapes: { params: requests.byGuid, answers: { 204: null } },
    run: ({ params }) => noSession(params),
  },
];

async function noSession(params: Readonly<Record<string, string>>): Promise<never> {
  readGuid(params);
  throw new PositError(220, 'there is no such OAuth session', { path: 'guid' }, 'NOT_FOUND');
}

/** Python's SDK writes True. */
function readBoolean(given: string | readonly string[] | undefined): boolean {
  const text = String(given ?? '').toLowerCase();
  if (requests.YES.includes(text)) return true;
  if (requests.NO.includes(text)) return false;
  throw new PositError(2, 'all is true or false', { path: 'all' });
}
