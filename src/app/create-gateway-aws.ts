import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import type { SettingName } from '../config/settings.ts';
import type { Config } from '../config.ts';
import { type AwsKey, type AwsSignIn, AwsSignInError, type GatewayAws } from '../domain/aws/gateway-aws.ts';
import { StartupError } from '../domain/errors/startup-error.ts';

/**
 * Null where the operator gave the gateway no identity. Throws StartupError when what was given can't be used, so that it is not found out by a validation. `report` is told of a file that
 * could be read no more.
 */
export async function createGatewayAws(
  { aws: { signIn, endpoints } }: Pick<Config, 'aws'>,
  report: (setting: SettingName) => void,
): Promise<GatewayAws | null> {
  if (signIn === null) return null;
  const read = (): Promise<AwsSignIn> => (signIn.by === 'key' ? readKey(signIn.file) : readToken(signIn));
  try {
    await read();
  } catch (error) {
    throw error instanceof AwsSignInError ? new StartupError(error.message) : error;
  }
  return {
    principal: signIn.by === 'key' ? null : signIn.roleArn,
    endpoints,
    async read() {
      try {
        return await read();
      } catch (error) {
        report(signIn.by === 'key' ? 'CHANGEOVER_AWS_KEY_FILE' : 'CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE');
        throw error;
      }
    },
  };
}

async function readKey(file: string): Promise<AwsSignIn> {
  const what = `The AWS key file ${file}`;
  const { text, mode } = await readText(what, file);
  // The token of a web identity lives for an hour and is mounted as its platform likes; a key lasts.
  if ((mode & 0o077) !== 0)
    throw new AwsSignInError(`${what} may be read by others (mode ${(mode & 0o777).toString(8)}). Run: chmod 600 ${file}`);
  const key = parseKey(text);
  if (key === null)
    throw new AwsSignInError(
      `${what} must hold JSON with AccessKeyId and SecretAccessKey, as aws iam create-access-key prints it; a temporary key has SessionToken, too.`,
    );
  return { by: 'key', key };
}

interface WebIdentity {
  readonly roleArn: string;
  readonly file: string;
}

async function readToken({ roleArn, file }: WebIdentity): Promise<AwsSignIn> {
  const what = `The AWS web identity token file ${file}`;
  const token = (await readText(what, file)).text.trim();
  // The bounds of https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html; a token of OpenID Connect is one word of ASCII.
  if (!/^[\x21-\x7e]{4,20000}$/.test(token))
    throw new AwsSignInError(`${what} must hold a token of OpenID Connect; it holds something else.`);
  return { by: 'web-identity', roleArn, token };
}

/** By itself, or within the member that the commands of AWS print it in: https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html. */
function parseKey(text: string): AwsKey | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const { AccessKey, Credentials, ...own } = membersOf(parsed);
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token } = { ...own, ...membersOf(AccessKey), ...membersOf(Credentials) };
  if (typeof id !== 'string' || !/^[A-Za-z0-9]{1,128}$/.test(id)) return null;
  if (typeof secret !== 'string' || !/^[\x21-\x7e]{1,1024}$/.test(secret)) return null;
  if (token === undefined || token === null) return { accessKeyId: id, secretAccessKey: secret };
  if (typeof token !== 'string' || !/^[\x21-\x7e]{1,16384}$/.test(token)) return null;
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: token };
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

const MOST_BYTES = 32 * 1024;

async function readText(what: string, file: string): Promise<{ readonly text: string; readonly mode: number }> {
  try {
    // A pipe would be waited for.
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw new AwsSignInError(`${what} is not a regular file.`);
      if (stat.size > MOST_BYTES) throw new AwsSignInError(`${what} is larger than 32 KiB.`);
      return { text: await handle.readFile('utf8'), mode: stat.mode };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof AwsSignInError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new AwsSignInError(code === 'ENOENT' ? `${what} does not exist.` : `${what} can't be read (${code}).`);
  }
}
