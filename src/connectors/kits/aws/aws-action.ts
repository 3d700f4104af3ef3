import { z } from 'zod';
import type { AwsSignIn } from '../../../domain/aws/gateway-aws.ts';
import type { EgressSession, HttpTls } from '../../../domain/connector/egress.ts';
import { type HttpAsk, HttpFailure, openHttp } from '../http/http-session.ts';
import type { Meaning } from '../problems.ts';
import { awsRefusal } from './aws-refusal.ts';
import { type AwsIdentity, signAws } from './sign-aws.ts';

/** A service of AWS, and who asks it. */
export interface AwsService {
  readonly egress: EgressSession;
  readonly identity: AwsIdentity;
  /** As the signature names it, and the default address. */
  readonly service: string;
  readonly region: string;
  /** Where the service answers, when not at its public address. */
  readonly endpoint?: string | undefined;
  readonly tls?: HttpTls | undefined;
  /** What codes of the service mean, where AWS has no meaning of them that holds for all services. */
  readonly refusals?: Readonly<Record<string, Meaning>> | undefined;
}

/**
 * Runs an action of a service: a POST of its address, unless the request says otherwise. What AWS refuses becomes a Refusal that names the action as policies do; AWS's own message is not shown,
 * since it names accounts and roles.
 */
export async function askAws<A extends z.ZodType>(
  { egress, identity, service, region, endpoint, tls, refusals }: AwsService,
  action: string,
  request: Partial<HttpAsk>,
  answer: A,
): Promise<z.output<A>> {
  const url = endpoint ?? publicAddress(service, region);
  try {
    return await openHttp(egress, url, signAws({ service, region, ...identity }), tls).ask(
      { path: '', method: 'POST', ...request },
      answer,
    );
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw awsRefusal(`${service}:${action}`, error, refusals);
  }
}

function publicAddress(service: string, region: string): string {
  return `https://${service}.${region}.${awsDomain(region)}/`;
}

/** The domain that the services of a region answer below. */
export function awsDomain(region: string): string {
  return `amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

export type QueryParameters = Readonly<Record<string, string>> & { readonly Action: string };
export type ReadElement = (element: string) => string;

/** An action of one of AWS's query services, answered in XML; reads the text of an element of the answer. */
export async function askAwsQuery(service: AwsService, parameters: QueryParameters): Promise<ReadElement> {
  const xml = await askAws(service, parameters.Action, { body: new URLSearchParams(parameters) }, z.string());
  return readerOf(xml, `${service.service}:${parameters.Action}`);
}

function readerOf(xml: string, action: string): ReadElement {
  return (element) => {
    const text = elementOf(xml, element);
    if (text === null) throw awsRefusal(action, new HttpFailure('request', 200, { code: '', text: '' }));
    return text;
  };
}

/**
 * The temporary identity of a role that a token stands for, which no signature is needed for. Throws Refusal:
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */
export async function assumeRoleByToken(
  { egress, region, endpoint, refusals }: Omit<AwsService, 'identity' | 'service' | 'tls'>,
  { roleArn, token }: Omit<Extract<AwsSignIn, { readonly by: 'web-identity' }>, 'by'>,
): Promise<AwsIdentity> {
  const name = 'AssumeRoleWithWebIdentity';
  const action = `sts:${name}`;
  const body = new URLSearchParams({
    Version: STS_VERSION,
    Action: name,
    RoleArn: roleArn,
    RoleSessionName: SESSION_NAME,
    WebIdentityToken: token,
    DurationSeconds: String(SESSION_SECONDS),
  });
  try {
    const http = openHttp(egress, endpoint ?? publicAddress('sts', region));
    return credentialsOf(readerOf(await http.ask({ path: '', method: 'POST', body }, z.string()), action));
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw awsRefusal(action, error, refusals);
  }
}

const STS_VERSION = '2011-06-15';
/** What AWS's own log calls a session that nobody has named. */
const SESSION_NAME = 'changeover';
/** How long a session lasts that is asked for here: the shortest time that AWS gives. */
export const SESSION_SECONDS = 900;

interface Role {
  readonly egress: EgressSession;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly tls?: HttpTls | undefined;
  readonly arn: string;
  readonly externalId?: string | undefined;
  /** What AWS's own log calls the session. */
  readonly sessionName?: string | undefined;
  readonly refusals?: Readonly<Record<string, Meaning>> | undefined;
}

/** The temporary identity of a role, for the quarter of an hour that AWS gives at least. */
export async function assumeRole(
  identity: AwsIdentity,
  { arn, externalId, sessionName = SESSION_NAME, ...where }: Role,
): Promise<AwsIdentity> {
  const read = await askAwsQuery(
    { ...where, identity, service: 'sts' },
    {
      Action: 'AssumeRole',
      Version: STS_VERSION,
      RoleArn: arn,
      RoleSessionName: sessionName,
      DurationSeconds: String(SESSION_SECONDS),
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
  );
  return credentialsOf(read);
}

function credentialsOf(read: ReadElement): AwsIdentity {
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey'), sessionToken: read('SessionToken') };
}

/** The text of the first element of that name. The services answer flat, without attributes or CDATA where we look. */
export function elementOf(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(lt|gt|quot|apos|amp|#\d+|#x[\da-fA-F]+);/g, (_, entity: string) => ENTITIES[entity] ?? numbered(entity)) ?? null;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function numbered(entity: string): string {
  const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}
