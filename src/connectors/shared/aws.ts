import { AwsV4Signer } from 'aws4fetch';
import type { EgressSession } from '../../domain/connector/egress.ts';

/** Who signs. Always given: nothing is taken from the environment, a profile or the machine's own role. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface AwsCall {
  /** As the signature names it, and the default address. */
  readonly service: string;
  readonly region: string;
  /** Where the service answers, when not at its public address. */
  readonly endpoint?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type AwsRefusal = 'SIGNATURE' | 'PERMISSION' | 'NOT_FOUND' | 'THROTTLED' | 'DOWN' | 'UNREADABLE';

/** What AWS refused, in a word of ours: its own message names accounts and roles. */
export class AwsError extends Error {
  readonly refusal: AwsRefusal;
  /** The action that was refused, as policies name it. */
  readonly action: string;

  constructor(refusal: AwsRefusal, action: string) {
    super(refusal);
    this.name = 'AwsError';
    this.refusal = refusal;
    this.action = action;
  }
}

/** An action of one of AWS's query services, answered in XML. Throws AwsError, and EgressError for what the network did. */
export async function callAwsQuery(
  egress: EgressSession,
  identity: AwsIdentity,
  call: Omit<AwsCall, 'headers' | 'body'>,
  parameters: Readonly<Record<string, string>> & { readonly Action: string },
): Promise<(element: string) => string> {
  const action = `${call.service}:${parameters.Action}`;
  const body = await callAws(egress, identity, action, {
    ...call,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body: new URLSearchParams(parameters).toString(),
  });
  return (element) => {
    const text = elementOf(body, element);
    if (text === null) throw new AwsError('UNREADABLE', action);
    return text;
  };
}

/** Signs (Signature Version 4) and sends; the body of the answer, when it is one. */
export async function callAws(egress: EgressSession, identity: AwsIdentity, action: string, call: AwsCall): Promise<string> {
  const { service, region, body } = call;
  const url = new URL(call.endpoint ?? `https://${service}.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}/`).href;
  const { accessKeyId, secretAccessKey, sessionToken } = identity;
  const signer = new AwsV4Signer({
    method: 'POST',
    url,
    headers: call.headers,
    body,
    service,
    region,
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === undefined ? {} : { sessionToken }),
  });
  const { headers } = await signer.sign();
  const reply = await egress.fetchHttp(url, { method: 'POST', headers: Object.fromEntries(headers), body });
  const text = Buffer.from(reply.body).toString('utf8');
  if (reply.status === 200) return text;
  throw new AwsError(refusalOf(reply.status, text), action);
}

const REFUSALS: readonly (readonly [RegExp, AwsRefusal])[] = [
  [
    /^(InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient|ExpiredToken|InvalidToken|AuthFailure|IncompleteSignature|MissingAuthenticationToken)/,
    'SIGNATURE',
  ],
  [/^(AccessDenied|UnauthorizedOperation|OptInRequired)/, 'PERMISSION'],
  [/^(ClusterNotFound|ResourceNotFound)/, 'NOT_FOUND'],
  [/^(Throttl|TooManyRequests|RequestLimitExceeded)/, 'THROTTLED'],
];

/** By the code in the XML or JSON of the answer, else by its status. */
function refusalOf(status: number, body: string): AwsRefusal {
  const code = elementOf(body, 'Code') ?? /"__type"\s*:\s*"(?:[^"#]*#)?([A-Za-z]+)/.exec(body)?.[1] ?? '';
  const known = REFUSALS.find(([pattern]) => pattern.test(code));
  if (known !== undefined) return known[1];
  return status === 429 ? 'THROTTLED' : status >= 500 ? 'DOWN' : 'UNREADABLE';
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
