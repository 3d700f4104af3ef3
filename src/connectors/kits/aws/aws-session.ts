import type { z } from 'zod';
import type { EgressSession, HttpTls } from '../../../domain/connector/egress.ts';
import type { HttpAsk } from '../http/http-session.ts';
import type { Meaning } from '../problems.ts';
import { askAws, askAwsQuery, assumeRole } from './aws-action.ts';
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
  /** Needs no permission, and can't be denied: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
  whoAmI(): Promise<AwsCaller>;
  /** Assumes the role as the key itself, with no external id: true where AWS lets it. */
  assume(arn: string): Promise<AwsIdentity>;
}

/** Names that requests of JSON 1.1 say their target with. */
const TARGETS = { glue: 'AWSGlue', athena: 'AmazonAthena' };

export interface AwsPlace {
  readonly egress: EgressSession;
  readonly region: string;
  readonly endpoints: Readonly<Record<string, string | undefined>>;
  readonly tls: HttpTls | undefined;
  readonly refusals: Readonly<Record<string, Meaning>> | undefined;
}

interface Signer {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  readonly sessionToken?: string | undefined;
  readonly role: { readonly arn: string | undefined; readonly externalId: string | undefined };
}

export async function openAws({ egress, region, endpoints, tls, refusals }: AwsPlace, signer: Signer): Promise<AwsSession> {
  const { accessKeyId = '', secretAccessKey = '', sessionToken, role } = signer;
  const own: AwsIdentity = { accessKeyId, secretAccessKey, sessionToken };
  const assume = (arn: string, externalId?: string) => assumeRole(own, { egress, region, endpoint: endpoints.sts, tls, arn, externalId });
  const identity = role.arn === undefined ? own : await assume(role.arn, role.externalId);
  const at = (service: string) => ({ egress, identity, region, service, endpoint: endpoints[service], tls, refusals });
  return {
    egress,
    region,
    json: (service, action, body, answer) =>
      askAws(
        at(service),
        action,
        { headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${TARGETS[service]}.${action}` }, body },
        answer,
      ),
    rest: (service, action, request, answer) => askAws(at(service), action, { method: 'GET', ...request }, answer),
    async whoAmI() {
      const read = await askAwsQuery(at('sts'), { Action: 'GetCallerIdentity', Version: '2011-06-15' });
      return { account: read('Account'), arn: read('Arn') };
    },
    assume: (arn) => assume(arn),
  };
}
