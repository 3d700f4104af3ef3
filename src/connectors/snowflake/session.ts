import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/connector.ts';
import { EgressError, type HttpReply } from '../../domain/connector/egress.ts';
import { fetchAccessToken } from '../shared/oauth.ts';
import { RemoteError } from '../shared/remote-error.ts';
import type { SnowflakeDetails } from './index.ts';
import { readPrivateKey, signAssertion } from './key-pair.ts';

export class SnowflakeError extends RemoteError<'login' | 'query'> {}

export type Row = Readonly<Record<string, string | null>>;

export interface SnowflakeSession {
  /** Runs a statement; column names are in lower case. `complete` is false when the answer holds just the first rows. */
  query(statement: string): Promise<{ readonly rows: readonly Row[]; readonly complete: boolean }>;
}

/**
 * Formats of results go by the client that asks: this one's are JSON. Snowflake's own drivers announce themselves in the same way,
 * and what they send of the machine is left out.
 */
const CLIENT = { CLIENT_APP_ID: 'JavaScript', CLIENT_APP_VERSION: '3.3.0', CLIENT_ENVIRONMENT: { APPLICATION: 'changeover' } };
/** A statement that takes longer is cancelled by Snowflake, seconds. */
const STATEMENT_TIMEOUT = 8;
/** Answers to a statement that still runs, before it is given up. */
const MOST_WAITS = 3;

/** Logs in as the drivers do, runs `use`, and logs out. Throws SnowflakeError, OAuthError, KeyError, and EgressError for what the network did. */
export async function withSession<T>(input: ValidatorInput<SnowflakeDetails>, use: (session: SnowflakeSession) => Promise<T>): Promise<T> {
  const { credentials, egress } = input;
  const base = credentials.url ?? `https://${hostOf(credentials.account)}`;
  const send = async (stage: SnowflakeError['stage'], method: 'GET' | 'POST', path: string, token: string | null, body?: object) =>
    readReply(
      stage,
      await egress.fetchHttp(addressOf(base, path), {
        method,
        headers: {
          accept: stage === 'login' ? 'application/json' : 'application/snowflake',
          'content-type': 'application/json',
          ...(token === null ? {} : { authorization: `Snowflake Token="${token}"` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const { token } = await send('login', 'POST', loginPath(credentials), null, { data: await loginData(input) });
  // It goes into a header.
  if (token == null || !/^[\x21-\x7e]+$/.test(token)) throw notSnowflake('login');
  let sequenceId = 0;
  try {
    return await use({
      async query(statement) {
        sequenceId += 1;
        const body = { sqlText: statement, asyncExec: false, sequenceId, querySubmissionTime: Date.now() };
        let answer = await send('query', 'POST', `/queries/v1/query-request?requestId=${randomUUID()}`, token, body);
        // One that still runs is answered with where to ask again.
        for (let waits = 0; answer.getResultUrl != null && answer.rowset == null; waits += 1) {
          if (waits === MOST_WAITS) throw new EgressError('TIMEOUT');
          answer = await send('query', 'GET', pathOf(answer.getResultUrl), token);
        }
        return readRows(answer);
      },
    });
  } finally {
    // A session that is not closed lives on for hours; one that can't be closed ends by itself.
    await send('query', 'POST', `/session?delete=true&requestId=${randomUUID()}`, token).catch(() => {});
  }
}

/** The account's host: underscores become hyphens, which certificates need, and regions of China have a domain of their own. */
export function hostOf(account: string): string {
  const name = account.toLowerCase().replaceAll('_', '-');
  return `${name}.snowflakecomputing.${/\.cn-/.test(name) ? 'cn' : 'com'}`;
}

/** The account's name without its region, as logins and assertions have it. */
function nameOf(account: string): string {
  const [name = '', domain] = account.split('.');
  return domain === 'global' ? name.replace(/-[^-]*$/, '') : name;
}

function loginPath({ warehouse, role }: SnowflakeDetails): string {
  return `/session/v1/login-request?${new URLSearchParams({
    requestId: randomUUID(),
    request_guid: randomUUID(),
    ...(warehouse === undefined ? {} : { warehouse }),
    ...(role === undefined ? {} : { roleName: role }),
  })}`;
}

async function loginData({ credentials, egress }: ValidatorInput<SnowflakeDetails>): Promise<object> {
  const { account, user, password, privateKey, privateKeyPassphrase, oauth, token } = credentials;
  const common = {
    ...CLIENT,
    ACCOUNT_NAME: nameOf(account),
    ...(user === undefined ? {} : { LOGIN_NAME: user }),
    SESSION_PARAMETERS: { STATEMENT_TIMEOUT_IN_SECONDS: STATEMENT_TIMEOUT, QUERY_TAG: 'changeover', CLIENT_SESSION_KEEP_ALIVE: false },
  };
  if (password !== undefined) return { ...common, AUTHENTICATOR: 'SNOWFLAKE', PASSWORD: password };
  if (token !== undefined) return { ...common, AUTHENTICATOR: 'PROGRAMMATIC_ACCESS_TOKEN', TOKEN: token };
  if (oauth !== undefined) return { ...common, AUTHENTICATOR: 'OAUTH', TOKEN: await fetchAccessToken(oauth, egress) };
  // The rules have it that one way is given, and that a user comes with this one.
  const key = readPrivateKey(privateKey ?? '', privateKeyPassphrase);
  return { ...common, AUTHENTICATOR: 'SNOWFLAKE_JWT', TOKEN: signAssertion(key, nameOf(account), user ?? '', Date.now()) };
}

function addressOf(base: string, path: string): string {
  return new URL(path, base).href;
}

/** Where a result is fetched; only the path of what Snowflake names is followed, on the same host. */
function pathOf(url: string): string {
  if (!URL.canParse(url, 'https://account')) throw notSnowflake('query');
  const { pathname, search } = new URL(url, 'https://account');
  return pathname + search;
}

/** What is used of the answers' `data`. */
const ANSWER = z.object({
  token: z.string().nullish(),
  getResultUrl: z.string().nullish(),
  rowtype: z.array(z.object({ name: z.string() })).nullish(),
  rowset: z.array(z.array(z.string().nullable())).nullish(),
  total: z.number().nullish(),
});

type Answer = z.output<typeof ANSWER>;

/** It answered, and not as Snowflake does. */
export function notSnowflake(stage: SnowflakeError['stage']): SnowflakeError {
  return new SnowflakeError(stage, 200, '', '');
}

function readReply(stage: SnowflakeError['stage'], { status, body }: HttpReply): Answer {
  let answer: {
    readonly data?: unknown;
    readonly success?: boolean;
    readonly code?: string | null;
    readonly message?: string | null;
  } | null;
  try {
    answer = JSON.parse(Buffer.from(body).toString('utf8')) as typeof answer;
  } catch {
    answer = null;
  }
  if (status === 200 && answer?.success === true) {
    const read = ANSWER.safeParse(answer.data ?? {});
    if (!read.success) throw notSnowflake(stage);
    return read.data;
  }
  throw new SnowflakeError(stage, status, String(answer?.code ?? ''), String(answer?.message ?? ''));
}

function readRows({ rowtype, rowset, total }: Answer): { readonly rows: readonly Row[]; readonly complete: boolean } {
  const names = (rowtype ?? []).map(({ name }) => name.toLowerCase());
  const found = rowset ?? [];
  return {
    rows: found.map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null]))),
    complete: total == null || total <= found.length,
  };
}
