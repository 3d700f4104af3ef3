import { randomBytes } from 'node:crypto';
import { type FakeReply, type FakeRequest, type JsonServer, startJsonServer } from '../json-server.ts';
import { type AccessKey, verifySignature } from './signature.ts';

export interface AwsUser extends AccessKey {
  readonly arn: string;
  /** Of a session, whose role a trust may name in its place. */
  readonly roleArn?: string;
  /** Actions, as in `glue:GetTables`. */
  readonly allow: readonly string[];
}

export interface AwsRole {
  readonly arn: string;
  /** ARNs of the users that may assume it, and what they have to say with it; null where the trust policy asks for nothing. */
  readonly trusts: readonly string[];
  readonly externalId: string | null;
  readonly allow: readonly string[];
  /** Tokens of OpenID Connect that are exchanged for it; one that begins with `expired` is known and over. */
  readonly tokens?: readonly string[];
}

/** A request of somebody whom AWS knows. */
export interface AwsAsk extends FakeRequest {
  readonly service: string;
  /** Of JSON services, whose target it ends. */
  readonly action: string;
  readonly who: AwsUser;
}

export interface AwsError {
  readonly code: string;
  readonly status: number;
}

/** Answers what its documentation has, once it was asked by somebody who may; `may` throws AccessDenied otherwise. */
export type AwsService = (ask: AwsAsk, may: (action: string) => void) => FakeReply;

export class AwsRefusal extends Error {
  readonly error: AwsError;

  constructor(code: string, status = 400) {
    super(code);
    this.error = { code, status };
  }
}

type Protocol = 'query' | 'json' | 's3' | 'rest';
const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  sts: 'query',
  'redshift-serverless': 'json',
  glue: 'json',
  athena: 'json',
  secretsmanager: 'json',
  kms: 'json',
  s3: 's3',
  kafka: 'rest',
  kafkaconnect: 'rest',
};
/** How each protocol refuses, by table 3d of what the services document. */
const CODES: Readonly<Record<Protocol, Readonly<Record<string, AwsError>>>> = {
  query: codesOf(403, 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'ExpiredToken', 'AccessDenied'),
  json: codesOf(400, 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException', 'AccessDeniedException'),
  s3: codesOf(403, 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidToken', 'AccessDenied'),
  rest: codesOf(403, 'UnrecognizedClientException', 'InvalidSignatureException', 'ExpiredTokenException', 'ForbiddenException'),
};

function codesOf(status: number, unknownKey: string, wrongSignature: string, wrongToken: string, denied: string) {
  const error = (code: string) => ({ code, status });
  return {
    unsigned: error(denied),
    'unknown-key': error(unknownKey),
    'wrong-signature': error(wrongSignature),
    'wrong-token': error(wrongToken),
    'wrong-clock': error(wrongSignature),
    denied: error(denied),
  };
}

interface Account {
  readonly users: readonly AwsUser[];
  readonly roles?: readonly AwsRole[];
  readonly region: string;
  readonly services: Readonly<Record<string, AwsService>>;
  /** Buckets of S3, which tells everybody their region. */
  readonly buckets?: readonly string[];
}

export interface FakeAws extends JsonServer {
  /** Actions of those who were known, in their order. */
  readonly asked: string[];
}

/**
 * An account of AWS: STS and the services that are given, all at one address. It checks signatures, session tokens, trusts with their
 * external ids, and what a user or a role may do, each of which moto does in part only.
 */
export async function startFakeAws({ users, roles = [], region, services, buckets = [] }: Account): Promise<FakeAws> {
  const sessions: AwsUser[] = [];
  const asked: string[] = [];
  const all: Readonly<Record<string, AwsService>> = { ...services, sts: (ask, may) => answerSts(ask, { roles, sessions, may }) };
  const server = await startJsonServer((request) => {
    const sent = `${request.url.pathname}${request.url.search}`;
    if (request.method === 'HEAD')
      return buckets.includes(request.url.pathname.split('/')[1] ?? '')
        ? { status: 403, body: '', headers: { 'x-amz-bucket-region': region } }
        : { status: 404, body: '' };
    if (isOfToken(request)) return exchanged(request, roles, sessions);
    const signed = verifySignature({ ...request, url: sent }, [...users, ...sessions]);
    const protocol = PROTOCOLS[signed.service] ?? 's3';
    if ('refused' in signed) return refuse(protocol, CODES[protocol][signed.refused]);
    const action = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '');
    const serve = all[signed.service];
    if (serve === undefined || signed.region !== region) return refuse(protocol, { code: 'UnknownOperationException', status: 404 });
    try {
      return serve({ ...request, service: signed.service, action, who: signed.key }, (name) => {
        asked.push(name);
        if (!signed.key.allow.includes(name)) throw new AwsRefusal('denied');
      });
    } catch (error) {
      if (!(error instanceof AwsRefusal)) throw error;
      return refuse(protocol, CODES[protocol][error.error.code] ?? error.error);
    }
  });
  return { ...server, asked };
}

function refuse(protocol: Protocol, error: AwsError | undefined): FakeReply {
  const { code, status } = error ?? { code: 'InternalFailure', status: 500 };
  if (protocol === 'json') return { status, body: { __type: code, message: 'no' } };
  if (protocol === 'rest') return { status, body: { message: 'no' }, headers: { 'x-amzn-errortype': `${code}:http://amazon.com/` } };
  const inner = `<Code>${code}</Code><Message>no</Message>`;
  return { status, body: protocol === 's3' ? `<Error>${inner}</Error>` : `<ErrorResponse><Error>${inner}</Error></ErrorResponse>` };
}

interface Sts {
  readonly roles: readonly AwsRole[];
  readonly sessions: AwsUser[];
  readonly may: (action: string) => void;
}

function answerSts({ method, url, headers, body, who }: AwsAsk, { roles, sessions, may }: Sts): FakeReply {
  const form = new URLSearchParams(body);
  if (method !== 'POST' || url.pathname !== '/' || !String(headers['content-type']).startsWith('application/x-www-form-urlencoded'))
    throw new AwsRefusal('InvalidAction');
  if (form.get('Version') !== '2011-06-15') throw new AwsRefusal('InvalidAction');
  if (form.get('Action') === 'GetCallerIdentity') {
    const account = who.arn.split(':')[4];
    return answered('GetCallerIdentity', `<Arn>${who.arn}</Arn><UserId>AIDA</UserId><Account>${account}</Account>`);
  }
  if (form.get('Action') !== 'AssumeRole') throw new AwsRefusal('InvalidAction');
  may('sts:AssumeRole');
  const role = roles.find(({ arn }) => arn === form.get('RoleArn'));
  const isTrusted = role?.trusts.some((arn) => arn === who.arn || arn === who.roleArn) === true;
  if (role === undefined || !isTrusted || (role.externalId !== null && role.externalId !== form.get('ExternalId')))
    throw new AwsRefusal('denied');
  if (!/^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '') || Number(form.get('DurationSeconds') ?? 3600) < 900)
    throw new AwsRefusal('ValidationError');
  return sessionOf(role, form, sessions);
}

function sessionOf(role: AwsRole, form: URLSearchParams, sessions: AwsUser[]): FakeReply {
  const session = {
    roleArn: role.arn,
    accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
    secretAccessKey: randomBytes(20).toString('base64'),
    sessionToken: randomBytes(40).toString('base64'),
    arn: `${role.arn.replace(':iam:', ':sts:').replace(/:role\/(.*\/)?/, ':assumed-role/')}/${form.get('RoleSessionName')}`,
    allow: role.allow,
  };
  sessions.push(session);
  const { accessKeyId, secretAccessKey, sessionToken } = session;
  const expiration = new Date(Date.now() + 900_000).toISOString();
  return answered(
    'AssumeRole',
    `<Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey><SessionToken>${sessionToken}</SessionToken><Expiration>${expiration}</Expiration></Credentials><AssumedRoleUser><Arn>${session.arn}</Arn><AssumedRoleId>AROA:s</AssumedRoleId></AssumedRoleUser>`,
  );
}

function answered(action: string, result: string): FakeReply {
  const body = `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></${action}Response>`;
  return { status: 200, body, headers: { 'content-type': 'text/xml' } };
}

const isOfToken = ({ headers, body }: FakeRequest) =>
  headers.authorization === undefined && new URLSearchParams(body).get('Action') === 'AssumeRoleWithWebIdentity';

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html: not signed, and without an external id, which it does not know. */
function exchanged({ method, url, headers, body }: FakeRequest, roles: readonly AwsRole[], sessions: AwsUser[]): FakeReply {
  const form = new URLSearchParams(body);
  const role = roles.find(({ arn }) => arn === form.get('RoleArn'));
  const token = form.get('WebIdentityToken') ?? '';
  const known = ['Action', 'Version', 'RoleArn', 'RoleSessionName', 'WebIdentityToken', 'DurationSeconds'];
  const isForm = String(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  const isWhole = form.get('Version') === '2011-06-15' && /^[\w+=,.@-]{2,64}$/.test(form.get('RoleSessionName') ?? '');
  if (method !== 'POST' || url.pathname !== '/' || !isForm || !isWhole || [...form.keys()].some((name) => !known.includes(name)))
    return refuse('query', { code: 'ValidationError', status: 400 });
  if (!/^[^\s]{4,20000}$/.test(token)) return refuse('query', { code: 'InvalidIdentityToken', status: 400 });
  if (role?.tokens?.includes(token) !== true) return refuse('query', { code: 'AccessDenied', status: 403 });
  if (token.startsWith('expired')) return refuse('query', { code: 'ExpiredTokenException', status: 400 });
  return sessionOf(role, form, sessions);
}
