import { z } from 'zod';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import type { ValidationCode } from '../../../domain/connector/validation.ts';
import { type HttpAsk, HttpFailure, openHttp } from '../http/http-session.ts';
import { problem, Refusal } from '../problems.ts';
import { type AwsIdentity, awsCodeMeaning, signAws } from './sign-aws.ts';

/** A service of AWS, and who asks it. */
export interface AwsService {
  readonly egress: EgressSession;
  readonly identity: AwsIdentity;
  /** As the signature names it, and the default address. */
  readonly service: string;
  readonly region: string;
  /** Where the service answers, when not at its public address. */
  readonly endpoint?: string | undefined;
}

/**
 * Runs an action of a service. What AWS refuses becomes a Refusal that names the action as policies do; AWS's own message is not shown,
 * since it names accounts and roles.
 */
export async function askAws<A extends z.ZodType>(
  { egress, identity, service, region, endpoint }: AwsService,
  action: string,
  request: Omit<HttpAsk, 'path' | 'method'>,
  answer: A,
): Promise<z.output<A>> {
  const url = endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`;
  try {
    return await openHttp(egress, url, signAws({ service, region, ...identity })).ask({ ...request, path: '', method: 'POST' }, answer);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw refusalOf(`${service}:${action}`, error);
  }
}

/** An action of one of AWS's query services, answered in XML; reads the text of an element of the answer. */
export async function askAwsQuery(
  service: AwsService,
  parameters: Readonly<Record<string, string>> & { readonly Action: string },
): Promise<(element: string) => string> {
  const xml = await askAws(service, parameters.Action, { body: new URLSearchParams(parameters) }, z.string());
  return (element) => {
    const text = elementOf(xml, element);
    if (text === null) throw refusalOf(`${service.service}:${parameters.Action}`, new HttpFailure('request', 200, { code: '', text: '' }));
    return text;
  };
}

interface Role {
  readonly egress: EgressSession;
  readonly region: string;
  readonly endpoint?: string | undefined;
  readonly arn: string;
  readonly externalId?: string | undefined;
}

/** The temporary identity of a role, for the quarter of an hour that AWS gives at least. */
export async function assumeRole(identity: AwsIdentity, { arn, externalId, ...where }: Role): Promise<AwsIdentity> {
  const read = await askAwsQuery(
    { ...where, identity, service: 'sts' },
    {
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleArn: arn,
      RoleSessionName: 'changeover',
      DurationSeconds: '900',
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
  );
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey'), sessionToken: read('SessionToken') };
}

/** The text of the first element of that name. The services answer flat, without attributes or CDATA where we look. */
function elementOf(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text?.replace(/&(lt|gt|quot|apos|amp|#\d+|#x[\da-fA-F]+);/g, (_, entity: string) => ENTITIES[entity] ?? numbered(entity)) ?? null;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function numbered(entity: string): string {
  const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

/** What AWS's refusal means to somebody who just gave an access key. */
function refusalOf(action: string, { code, status }: HttpFailure): Refusal {
  const meaning: ValidationCode =
    awsCodeMeaning(code) ?? (status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'PROVIDER_DOWN' : 'PROTOCOL_ERROR');
  switch (meaning) {
    case 'CREDENTIALS_REJECTED':
      return refuse(
        meaning,
        `AWS did not accept the signature of ${action}`,
        'AWS refused the access key.',
        'Check accessKeyId and secretAccessKey, that the key is active, and that a session token is given where it needs one and has not expired.',
      );
    case 'ACCESS_DENIED':
      return refuse(
        meaning,
        `AWS denied ${action}`,
        'AWS knows the access key, and does not allow what is needed.',
        action === 'sts:AssumeRole'
          ? "Allow sts:AssumeRole on assumableRole, and have the role's trust policy name this identity and the externalId."
          : `Allow ${action} in a policy of the identity, or of assumableRole.`,
      );
    case 'DATABASE_NOT_FOUND':
      return refuse(
        meaning,
        `AWS answered ${action} with not found`,
        'There is nothing of that name in this account and region.',
        'Check the name, the region, and the account that the identity belongs to.',
      );
    case 'RATE_LIMITED':
      return refuse(meaning, `AWS throttled ${action}`, 'AWS asked for fewer requests.', 'Try again in a minute.');
    case 'PROVIDER_DOWN':
      return refuse(meaning, `AWS failed at ${action}`, 'The AWS service is not working at the moment.', 'Try again when it is.');
    default:
      return refuse(
        'PROTOCOL_ERROR',
        `the answer to ${action} could not be read`,
        'What answered does not behave like AWS.',
        'Check the region, and the endpoints where they are given.',
      );
  }
}

function refuse(...of: Parameters<typeof problem>): Refusal {
  return new Refusal(problem(...of));
}
