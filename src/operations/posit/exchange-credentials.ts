import type { GrantedAws } from '../../domain/aws/gateway-aws.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import type { IssuedAwsKey, IssuedToken } from '../../domain/connector/token-issuer.ts';
import type { Consumer } from '../../domain/consumer/consumer.ts';
import { configOf } from '../../domain/posit/config-details.ts';
import { type ExchangeForm, readExchange, refuseExchange, TOKEN_TYPES, type TokenType } from '../../domain/posit/exchange.ts';
import { accountRoleOf, authTypeOf } from '../../domain/posit/template.ts';
import { templateOfKind } from '../../domain/posit/templates.ts';
import type { Actor } from '../../domain/token/actor.ts';
import { record } from '../audit/record.ts';
import { gatewayAccess } from '../aws/gateway-access.ts';
import { connectorOf } from '../connections/find-connector.ts';
import { CONSUMERS, consumerOf } from '../consumers/consumer-records.ts';
import { readSessionToken } from '../consumers/session-token.ts';
import { resolveCredentials } from '../references/resolve-credentials.ts';
import type { Services } from '../services.ts';
import { writeAs } from '../write-as.ts';
import { loadStored } from './read-integrations.ts';

export interface ExchangedCredentials {
  readonly issued: IssuedToken | IssuedAwsKey;
  /** The provider was asked then or later, epoch milliseconds. */
  readonly issuedAt: number;
}

/**
 * A token of a service account, or a key of the role that one is, for content that shows who it is by its session token. The provider is
 * asked in a worker, by the policy of outbound hosts and within a deadline; AWS as the gateway itself, where the operator granted the role.
 * Throws PositError for whatever is not right.
 */
export async function exchangeCredentials(
  services: Services,
  actor: Actor,
  form: ExchangeForm,
  signal?: AbortSignal,
): Promise<ExchangedCredentials> {
  const asked = readExchange(form);
  // No login flow has stored anything for a user.
  if (asked.subject === 'user') throw refuseExchange(220, 'there is no OAuth session for this user and integration');
  const consumer = await consumerOfToken(services, actor, asked.token);
  const guid = chooseIntegration(consumer, await liveAmong(services, actor, consumer), asked.audience);
  const { current } = await loadStored(services.store.read, actor, guid);
  const { details } = await resolveCredentials(services, actor, current);
  const role = accountOf(current.kind, details, asked.requested);
  const gatewayAws = await grantedFor(services, actor, current.kind, details);
  const issuedAt = await services.store.now();
  const issued = await services.whileDialling(() => services.issueToken({ kind: current.kind, details, gatewayAws }, signal));
  if (issued === 'refused')
    throw refuseExchange(219, 'the identity provider refused the service account; an administrator who verifies the integration sees why');
  if (issued === 'unreachable') throw refuseExchange(235, 'the identity provider does not answer as it should');
  await writeAs(services, actor, (tx) =>
    record(services, tx, actor, {
      action: 'access-token.issue',
      entity: 'connection',
      entityId: guid,
      details: { consumerId: consumer.id, version: current.version, ...(role === null ? {} : { awsRoles: [role] }) },
    }),
  );
  return { issued, issuedAt };
}

/** The role that the service account is, or null of one with a token endpoint. Throws PositError for what is no service account, and for a type of token that it does not issue. */
function accountOf(kind: string, details: Details, requested: TokenType | null): string | null {
  const template = templateOfKind(kind);
  const config = template === null ? {} : configOf(template, details);
  if (template === null || authTypeOf(template, config) !== 'Service Account')
    throw refuseExchange(220, 'there is no OAuth session for this content and integration');
  const role = accountRoleOf(template, config);
  const issues = role === null ? 'access-token' : 'aws';
  if (requested !== null && requested !== issues)
    throw refuseExchange(242, `requested_token_type of this integration is ${TOKEN_TYPES[issues]}`, 'requested_token_type');
  return role;
}

/** Throws PositError, which says in full what is missing. */
async function grantedFor(services: Services, { projectId }: Actor, kind: string, credentials: Details): Promise<GrantedAws | null> {
  const access = await gatewayAccess(services, projectId, connectorOf(services, kind), { credentials, current: null });
  if ('granted' in access) return access.granted;
  throw refuseExchange(219, `${access.missing.friendlyMessage} ${access.missing.resolution}`);
}

async function consumerOfToken(services: Services, actor: Actor, token: string): Promise<Consumer> {
  const claims = readSessionToken(services, actor.projectId, token);
  if (claims === 'unreadable') throw refuseExchange(215, 'subject_token is not a session token', 'subject_token');
  if (claims === 'forged') throw refuseExchange(216, 'subject_token was not issued here', 'subject_token');
  const found = await services.store.read.dialectRecords.find(actor.projectId, CONSUMERS, claims.consumerId);
  const consumer = found === null ? null : consumerOf(found);
  if (consumer === null || consumer.tokenMadeAt !== claims.madeAt)
    throw refuseExchange(217, 'the content of subject_token is not registered any more', 'subject_token');
  return consumer;
}

/** Of the integrations that content uses those that are still there. */
async function liveAmong(
  { store }: Services,
  { projectId, integrationIds }: Actor,
  { associations }: Consumer,
): Promise<ReadonlySet<string>> {
  const ids = associations.map(({ connectionId }) => connectionId);
  const found = ids.length === 0 ? [] : await store.read.connections.findMany({ projectId, integrationIds }, ids);
  return new Set(found.map(({ id }) => id));
}

function chooseIntegration({ associations }: Consumer, live: ReadonlySet<string>, audience: string | null): string {
  const guids = associations.map(({ connectionId }) => connectionId).filter((id) => live.has(id));
  const [only, ...others] = guids;
  if (only === undefined) throw refuseExchange(212, 'the content is associated with no integration');
  if (audience === null) {
    if (others.length > 0) throw refuseExchange(257, 'audience is needed: the content is associated with several integrations', 'audience');
    return only;
  }
  if (!guids.includes(audience)) throw refuseExchange(256, 'audience is not the guid of an integration of this content', 'audience');
  return audience;
}
