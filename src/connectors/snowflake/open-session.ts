import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { EgressError } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { isHeaderWord } from '../kits/fields.ts';
import { openHttp } from '../kits/http/http-session.ts';
import { fetchAccessToken } from '../kits/http/oauth-token.ts';
import { fingerprintOf, readPrivateKey, signJwt } from '../kits/http/rsa-key.ts';
import { namedRows, type SqlSession, type TextRow } from '../kits/sql/sql-session.ts';
import type { SnowflakeDetails } from './fields.ts';

export interface SnowflakeSession extends SqlSession {
  /** Column names are in lower case. */
  query(statement: string): Promise<readonly TextRow[]>;
  /** `complete` is false when the answer holds just the first rows. */
  list(statement: string): Promise<{ readonly rows: readonly TextRow[]; readonly complete: boolean }>;
}

/**
 * Snowflake chooses the format of results by the client's name, and for this one it is JSON. What drivers send about the machine is left
 * out.
 */
const CLIENT = { CLIENT_APP_ID: 'JavaScript', CLIENT_APP_VERSION: '3.3.0', CLIENT_ENVIRONMENT: { APPLICATION: 'changeover' } };
/** A statement that takes longer, in seconds, is cancelled by Snowflake. */
const PARAMETERS = { STATEMENT_TIMEOUT_IN_SECONDS: 8, QUERY_TAG: 'changeover', CLIENT_SESSION_KEEP_ALIVE: false };
/** How often a statement that still runs is asked for again before it is given up. */
const MOST_WAITS = 3;

/** The answer to a login; its token goes into a header. */
const LOGIN = z.object({ success: z.literal(true), data: z.object({ token: z.string().refine(isHeaderWord) }) });

const RESULT_URL = z.string().regex(/^(https?:\/\/[\w.:-]+)?\//);

/** What is used of the other answers. */
const ANSWER = z.object({
  success: z.literal(true),
  data: z
    .object({
      getResultUrl: RESULT_URL.nullish(),
      rowtype: z.array(z.object({ name: z.string().toLowerCase() })).nullish(),
      rowset: z.array(z.array(z.string().nullable())).nullish(),
      total: z.number().nullish(),
    })
    .nullish(),
});

/** Logs in as the drivers do. Throws HttpFailure, Refusal, and EgressError for what the network did. */
export async function openSession(input: ValidatorInput<SnowflakeDetails>): Promise<SnowflakeSession> {
  const { account, url, warehouse, role } = input.credentials;
  const http = openHttp(input.egress, new URL(url ?? `https://${hostOf(account)}`).origin);
  const place = { ...(warehouse === undefined ? {} : { warehouse }), ...(role === undefined ? {} : { roleName: role }) };
  const path = `/session/v1/login-request?${new URLSearchParams({ requestId: randomUUID(), request_guid: randomUUID(), ...place })}`;
  const login = { path, method: 'POST', about: 'login', body: { data: await loginData(input) } } as const;
  const { data } = await http.ask(login, LOGIN);
  const headers = { accept: 'application/snowflake', authorization: `Snowflake Token="${data.token}"` };
  const post = (to: string, body: object) =>
    http.ask({ path: `${to}${to.includes('?') ? '&' : '?'}requestId=${randomUUID()}`, method: 'POST', headers, body }, ANSWER);
  let sequenceId = 0;
  const list: SnowflakeSession['list'] = async (sqlText) => {
    sequenceId += 1;
    let answer = await post('/queries/v1/query-request', { sqlText, asyncExec: false, sequenceId, querySubmissionTime: Date.now() });
    // For a statement that still runs Snowflake returns a URL to ask again. Only its path is used, on the same host.
    for (let waits = 0; answer.data?.getResultUrl != null && answer.data.rowset == null; waits += 1) {
      if (waits === MOST_WAITS) throw new EgressError('TIMEOUT');
      answer = await http.ask({ path: answer.data.getResultUrl.replace(/^https?:\/\/[^/]+/, ''), headers }, ANSWER);
    }
    const { rowtype, rowset, total } = answer.data ?? {};
    const rows = namedRows(rowtype ?? [], rowset ?? []);
    return { rows, complete: total == null || total <= rows.length };
  };
  return {
    list,
    query: async (statement) => (await list(statement)).rows,
    // A session that is not closed lives on for hours; one that can't be closed ends by itself.
    close: () => post('/session?delete=true', {}),
  };
}

/** The account's host: underscores become hyphens, which certificates need, and regions of China have a domain of their own. */
export function hostOf(account: string): string {
  const name = account.toLowerCase().replaceAll('_', '-');
  return `${name}.snowflakecomputing.${/\.cn-/.test(name) ? 'cn' : 'com'}`;
}

async function loginData({ credentials, egress }: ValidatorInput<SnowflakeDetails>): Promise<object> {
  const { user, password, privateKey = '', privateKeyPassphrase, oauth, token } = credentials;
  // Logins and assertions have the account's name without its region.
  const [ACCOUNT_NAME = ''] = credentials.account.replace(/-[^-.]*\.global$/, '').split('.');
  const common = { ...CLIENT, ACCOUNT_NAME, SESSION_PARAMETERS: PARAMETERS, ...(user === undefined ? {} : { LOGIN_NAME: user }) };
  if (password !== undefined) return { ...common, AUTHENTICATOR: 'SNOWFLAKE', PASSWORD: password };
  if (token !== undefined) return { ...common, AUTHENTICATOR: 'PROGRAMMATIC_ACCESS_TOKEN', TOKEN: token };
  if (oauth !== undefined) return { ...common, AUTHENTICATOR: 'OAUTH', TOKEN: await fetchAccessToken(oauth, egress) };
  // The rules have it that one way is given, and that a user comes with this one.
  const key = readPrivateKey(privateKey, privateKeyPassphrase);
  const subject = `${ACCOUNT_NAME}.${user}`.toUpperCase();
  const claims = { iss: `${subject}.SHA256:${fingerprintOf(key)}`, sub: subject };
  return { ...common, AUTHENTICATOR: 'SNOWFLAKE_JWT', TOKEN: signJwt(key, claims, Date.now(), 120) };
}
