import type { HttpReply } from '../../domain/connector/egress.ts';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { basicAuthorization } from '../kits/http/http-auth.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { problem } from '../kits/problems.ts';
import { httpsProtection, httpsTls } from '../kits/sql/tls.ts';
import type { Finding } from '../kits/usual-validators.ts';
import type { GitDetails } from './fields.ts';
import type { Repository } from './repository.ts';

type HttpsRepository = Extract<Repository, { readonly by: 'https' }>;

/**
 * Asks as `git fetch` does. Without the token first: a public repository is shown to anybody, and some hosts then do not look at the token
 * at all, so that it proves nothing.
 */
export async function askOverHttps(
  { url, host }: HttpsRepository,
  { credentials: { username, token = '', ssl }, egress }: ValidatorInput<GitDetails>,
): Promise<Finding> {
  const ask = async (address: string, headers: Readonly<Record<string, string>>) =>
    await egress.fetchHttp(`${address}/info/refs?service=git-upload-pack`, {
      headers: { accept: '*/*', 'git-protocol': 'version=2', ...headers },
      maxBytes: 65_536,
      tls: httpsTls(ssl),
    });
  const login = basicAuthorization(username ?? userFor(host), token);
  const isPublic = isAdvertisement(await ask(url, {}));
  let reply = await ask(url, login);
  if (reply.status === 404) {
    const other = await ask(url.endsWith('.git') ? url.slice(0, -4) : `${url}.git`, login);
    if (other.status !== 404) reply = other;
  }
  if (!isAdvertisement(reply)) throw new HttpFailure('request', reply.status, { code: '', text: '' });
  return { warnings: [...(isPublic ? [PUBLIC] : []), ...(httpsProtection(ssl) === 'verified' ? [] : [UNVERIFIED])] };
}

/** What hosts want as the name of who gives a token. */
function userFor(host: string): string {
  if (/(^|\.)gitlab\./i.test(host)) return 'oauth2';
  return /(^|\.)bitbucket\./i.test(host) ? 'x-token-auth' : 'x-access-token';
}

/** The beginning of what a Git server advertises, of version 0 or 2. Any web server may answer 200, and one that only serves files no login. */
function isAdvertisement({ status, headers, body }: HttpReply): boolean {
  const begin = Buffer.from(body.subarray(0, 64)).toString('latin1');
  return (
    status === 200 &&
    headers['content-type'] === 'application/x-git-upload-pack-advertisement' &&
    (begin.startsWith('001e# service=git-upload-pack\n0000') || begin.startsWith('000eversion 2\n'))
  );
}

const PUBLIC = problem(
  'SKIPPED',
  'the repository is public',
  'Anybody may read this repository, so nothing tells whether the token is good.',
  'Nothing needs to be done where it is meant to be public.',
);

const UNVERIFIED = problem(
  'NOT_PROTECTED',
  'the certificate is not checked',
  'Whoever answers at that address is sent the token.',
  'Give the authority of the server as caData, and leave out what turns the check off.',
);
