import type { AwsRoleGrant } from '../../domain/aws/aws-role.ts';
import { type AssumableRoles, type AwsSignIn, AwsSignInError, type GrantedAws } from '../../domain/aws/gateway-aws.ts';
import { missingForRole, UNREADABLE_IDENTITY } from '../../domain/aws/missing-for-role.ts';
import type { Version } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import type { Problem } from '../../domain/connector/validation.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import { connectorOf } from '../connections/find-connector.ts';
import type { Services } from '../services.ts';
import { externalIdOf } from './external-id.ts';

/** Details that a run signs in with, and those in use that it compares them with. */
export interface SignedIn {
  readonly credentials: Details;
  readonly current: Details | null;
}

/** What a run may do as the gateway: null where its details need nothing of it. */
export type GatewayAccess = { readonly granted: GrantedAws | null } | { readonly missing: Problem };

/**
 * The gateway's own key or token leaves it for this alone: a run of a validator whose details name a role, without a key, that the operator granted to the
 * project. What is missing for that is a problem of the details, and said in full.
 */
export async function gatewayAccess(
  services: Services,
  projectId: string,
  connector: Connector,
  { credentials, current }: SignedIn,
): Promise<GatewayAccess> {
  const role = gatewayRole(connector, credentials);
  const inUse = current === null ? null : gatewayRole(connector, current);
  if (role === null && inUse === null) return { granted: null };
  const externalId = externalIdOf(services, projectId);
  const grants = await services.store.read.awsRoleGrants.of(projectId);
  if (role !== null) {
    const missing = missingForRole({
      role,
      projectId,
      externalId,
      given: credentials.externalId,
      hasIdentity: services.gatewayAws !== null,
      isGranted: isGranted(grants, role),
      takesKey: Object.hasOwn(connector.fields, 'accessKeyId'),
    });
    if (missing !== null) return { missing };
  }
  const roles = [role, inUse].filter((one): one is string => one !== null && isGranted(grants, one));
  const { gatewayAws } = services;
  if (gatewayAws === null || roles.length === 0) return { granted: null };
  const signIn = await readSignIn(gatewayAws.read);
  if (signIn === null) return role === null ? { granted: null } : { missing: UNREADABLE_IDENTITY };
  return { granted: { signIn, endpoints: gatewayAws.endpoints, externalId, roles, sessionName: sessionNameOf(projectId) } };
}

/** What reads the secrets of a project that name a role: the roles that it was granted, and no others. */
export async function assumableRoles(services: Services, projectId: string): Promise<AssumableRoles> {
  const grants = await services.store.read.awsRoleGrants.of(projectId);
  return {
    externalId: externalIdOf(services, projectId),
    roles: grants.map(({ roleArn }) => roleArn),
    sessionName: sessionNameOf(projectId),
  };
}

/** Before a reference is stored whose secret a role reads. `given` is the external id that the caller says. Throws FORBIDDEN, and BAD_REQUEST for another project's. */
export async function requireAssumable(services: Services, projectId: string, role: string, given: string | null): Promise<void> {
  const { externalId, roles } = await assumableRoles(services, projectId);
  if (given !== null && given !== externalId)
    throw badRequest('externalId', `externalId: roles are assumed for this project with the external id ${externalId} alone.`, {
      externalId,
    });
  if (roles.includes(role)) return;
  throw new DomainError(
    'FORBIDDEN',
    `The operator has not granted this project the role ${role}. Ask for it: changeover aws-role grant. Its trust policy has to ask for the external id ${externalId}.`,
    { path: 'assumableRole', role, externalId },
  );
}

/** What AWS's own log calls each session. */
function sessionNameOf(projectId: string): string {
  return `changeover-${projectId}`;
}

/** The role that the gateway has to assume for these details. Those of a version in use may be of a kind that has changed since. */
export function gatewayRole({ gatewayRole: read }: Connector, details: Details): string | null {
  return read?.(details) ?? null;
}

/**
 * What a job is given of a connection whose role the gateway assumes: the role and the external id that its trust policy asks for. Neither the gateway's key nor a session of it: the job
 * assumes the role as itself, which the trust policy has to allow.
 */
export function detailsForJob(services: Services, { projectId, kind }: Pick<Version, 'projectId' | 'kind'>, details: Details): Details {
  const connector = connectorOf(services, kind);
  if (gatewayRole(connector, details) === null) return details;
  return { ...details, externalId: externalIdOf(services, projectId) };
}

/** For whoever would store details with another project's external id, or one of the caller's making. Throws BAD_REQUEST, which names the right one. */
export function requireOwnExternalId(services: Services, projectId: string, connector: Connector, details: Details): void {
  if (gatewayRole(connector, details) === null || details.externalId === undefined) return;
  const externalId = externalIdOf(services, projectId);
  if (details.externalId === externalId) return;
  throw new DomainError(
    'BAD_REQUEST',
    `externalId: roles are assumed for this project with the external id ${externalId} alone. Give that, or leave it out.`,
    { path: 'externalId', kind: connector.kind, externalId },
  );
}

function isGranted(grants: readonly AwsRoleGrant[], role: string): boolean {
  return grants.some(({ roleArn }) => roleArn === role);
}

async function readSignIn(read: () => Promise<AwsSignIn>): Promise<AwsSignIn | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof AwsSignInError) return null;
    throw error;
  }
}
