import { resolve } from 'node:path';
import { ROLE_ARN } from '../domain/aws/gateway-aws.ts';
import { StartupError } from '../domain/errors/startup-error.ts';
import { readList } from './read-list.ts';

/** Where the gateway's own identity is read from. */
export type AwsSignInSource =
  | { readonly by: 'key'; readonly file: string }
  | { readonly by: 'web-identity'; readonly roleArn: string; readonly file: string };

interface GivenAws {
  readonly keyFile: string;
  readonly roleArn: string;
  readonly tokenFile: string;
}

/** One identity: of two it would be anybody's guess which one signs. */
export function readAwsSignIn({ keyFile, roleArn, tokenFile }: GivenAws): AwsSignInSource | null {
  if ((roleArn === '') !== (tokenFile === ''))
    throw new StartupError('CHANGEOVER_AWS_ROLE_ARN and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE must be set together.');
  if (keyFile !== '' && tokenFile !== '')
    throw new StartupError('CHANGEOVER_AWS_KEY_FILE and CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE are two identities: set one of them.');
  if (keyFile !== '') return { by: 'key', file: resolve(keyFile) };
  if (tokenFile === '') return null;
  if (!ROLE_ARN.test(roleArn)) throw new StartupError('CHANGEOVER_AWS_ROLE_ARN must be the ARN of a role.');
  return { by: 'web-identity', roleArn, file: resolve(tokenFile) };
}

/** Plain http is taken for this machine alone, where trials and tests run. */
export function readEndpoints(text: string): Readonly<Record<string, string>> {
  const entries = readList(text).map((entry) => /^([a-z0-9-]+)=(https?:\/\/[^?#@\s]+)$/.exec(entry));
  return Object.fromEntries(
    entries.map((match) => {
      const [, service = '', url = ''] = match ?? [];
      const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' };
      if (protocol === 'https:' || (protocol === 'http:' && /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname)))
        return [service, url];
      throw new StartupError('CHANGEOVER_AWS_ENDPOINTS must hold service=https://host entries, separated by commas.');
    }),
  );
}
