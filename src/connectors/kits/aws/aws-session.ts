import type { z } from 'zod';
import type { GrantedAws } from '../../../domain/aws/gateway-aws.ts';
import type { EgressSession, HttpTls } from '../../../domain/connector/egress.ts';
import type { HttpAsk } from '../http/http-session.ts';
import type { Meaning } from '../problems.ts';
import { askAws, askAwsQuery, assumeRole, type QueryParameters, type ReadElement } from './aws-action.ts';
import { openGatewayIdentity } from './gateway-identity.ts';
import type { AwsIdentity } from './sign-aws.ts';

/** Who signs, as AWS says it. */
export interface AwsCaller {
  readonly account: string;
  readonly arn: string;
}

/** Services of one region, asked by one identity. What AWS refuses is thrown as a Refusal. */
export interface AwsSession {
  readonly egress: EgressSession;
  readonly region: string;
  /** An action of a service that speaks JSON 1.1. */
  json<A extends z.ZodType>(service: keyof typeof TARGETS, action: string, body: object, answer: A): Promise<z.output<A>>;
  /** An action of a service that speaks REST: a GET of its path unless the request says otherwise. */
  rest<A extends z.ZodType>(service: string, action: string, request: HttpAsk, answer: A): Promise<z.output<A>>;
  /** An action of a service that is asked by parameters and answers in XML: reads the text of an element of the answer. */
  query(service: string, parameters: QueryParameters): Promise<ReadElement>;
  /** Needs no permission, and can't be denied: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  whoAmI(): Promise<AwsCaller>;
  /** The role that signs, and the external id that was said with it. */
  readonly role: { readonly arn: string | undefined; readonly externalId: string | undefined };
  /** Assumes the role again as whoever assumed it, with no external id: a Refusal where AWS does not let it. */
  assumeBare(arn: string): Promise<AwsIdentity>;
}

/** Names that requests of JSON 1.1 say their target with. */
const TARGETS = { glue: 'AWSGlue', athena: 'AmazonAthena', 'redshift-serverless': 'RedshiftServerless' };

export interface AwsPlace {
  readonly egress: EgressSession;
  readonly region: string;
  readonly endpoints: Readonly<Record<string, string | undefined>>;
  readonly tls?: HttpTls | undefined;
  readonly refusals?: Readonly<Record<string, Meaning>> | undefined;
}

interface Signer {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly role: { readonly arn: string | undefined; readonly externalId: string | undefined };
}

/** Signs as the key of the details, or the role that it assumes; without a key the gateway's own identity assumes the role. */
export async function openAws(place: AwsPlace, signer: Signer, granted: GrantedAws | null): Promise<AwsSession> {
  const { egress, region, tls, refusals } = place;
  const { accessKeyId, secretAccessKey = '', sessionToken, role } = signer;
  const signed =
    accessKeyId === undefined
      ? await asGateway(place, role.arn ?? '', granted)
      : await asKey(place, { accessKeyId, secretAccessKey, sessionToken }, role);
  const { identity, endpoints } = signed;
  const at = (service: string) => ({ egress, identity, region, service, endpoint: endpoints[service], tls, refusals });
  return {
    egress,
    region,
    role: { arn: role.arn, externalId: signed.externalId },
    json: (service, action, body, answer) =>
      askAws(
        at(service),
        action,
        { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGETS[service]}.${action}` }, body },
        answer,
      ),
    rest: (service, action, request, answer) => askAws(at(service), action, { method: 'GET', ...request }, answer),
    query: (service, parameters) => askAwsQuery(at(service), parameters),
    async whoAmI() {
      const read = await askAwsQuery(at('sts'), { Action: 'GetCallerIdentity', Version: '2011-06-15' });
      return { account: read('Account'), arn: read('Arn') };
    },
    assumeBare: signed.assumeBare,
  };
}

interface Signed extends Pick<AwsSession, 'assumeBare'> {
  readonly identity: AwsIdentity;
  readonly endpoints: AwsPlace['endpoints'];
  readonly externalId: string | undefined;
}

async function asKey({ egress, region, endpoints, tls }: AwsPlace, key: AwsIdentity, { arn, externalId }: Signer['role']): Promise<Signed> {
  const assume = (role: string, said?: string) =>
    assumeRole(key, { egress, region, endpoint: endpoints.sts, tls, arn: role, externalId: said });
  return {
    identity: arn === undefined ? key : await assume(arn, externalId),
    endpoints,
    externalId,
    assumeBare: (role) => assume(role),
  };
}

async function asGateway({ egress, region }: AwsPlace, arn: string, granted: GrantedAws | null): Promise<Signed> {
  const { assume, endpoints, externalId } = await openGatewayIdentity({ egress, region }, granted);
  return { identity: await assume(arn), endpoints, externalId, assumeBare: (role) => assume(role, null) };
}
