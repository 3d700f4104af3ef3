import type { GrantedAws } from '../../../domain/aws/gateway-aws.ts';
import type { Details } from '../../../domain/connection/details/details.ts';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { configOf } from '../../../domain/posit/config-details.ts';
import { accountRoleOf, type PositTemplate } from '../../../domain/posit/template.ts';
import { AWS_REGION } from '../../kits/aws/aws-identity.ts';
import { type AwsSession, openAws } from '../../kits/aws/aws-session.ts';
import { findExternalIdUnused } from '../../kits/aws/external-id.ts';
import { openGatewayIdentity } from '../../kits/aws/gateway-identity.ts';
import type { AwsIdentity } from '../../kits/aws/sign-aws.ts';
import { NotChecked } from '../../kits/problems.ts';
import type { Identity } from '../../kits/usual-validators.ts';

/** A service account of AWS is a role. It is assumed by the gateway's own identity, where the operator granted the project that role. */
export interface RoleLogin {
  readonly template: PositTemplate;
  readonly details: Details;
  readonly egress: EgressSession;
  /** Null, or absent, where nothing was granted. */
  readonly gatewayAws?: GrantedAws | null | undefined;
}

/** Null of whatever is no service account of AWS. */
export function roleIn(template: PositTemplate, details: Details): string | null {
  return accountRoleOf(template, configOf(template, details));
}

/** A session of the role, as AWS has issued it. Throws Refusal. */
export async function assumeAccountRole(login: RoleLogin, role: string): Promise<AwsIdentity> {
  const { template, details, egress, gatewayAws = null } = login;
  const gateway = await openGatewayIdentity({ egress, region: regionOf(template, details, role) }, gatewayAws);
  return await gateway.assume(role);
}

/** Services asked by the role. Throws Refusal. */
export async function openAccountRole({ template, details, egress, gatewayAws = null }: RoleLogin, role: string): Promise<AwsSession> {
  const place = { egress, region: regionOf(template, details, role), endpoints: {}, tls: undefined, refusals: undefined };
  return await openAws(place, { role: { arn: role, externalId: undefined } }, gatewayAws);
}

/** Who the role is for AWS, and whether it can be assumed without the external id of the project. */
export async function identifyAccount(login: RoleLogin): Promise<Identity> {
  const role = roleIn(login.template, login.details);
  if (role === null) throw new NotChecked('no service account', 'Users are who signs in with it.', 'Nothing is to be done.');
  const session = await openAccountRole(login, role);
  return { who: await session.whoAmI(), warnings: await findExternalIdUnused(session) };
}

/** Where STS is asked: in the region that the config names, else in one of the role's partition, of which all answer for a role. */
function regionOf(template: PositTemplate, details: Details, role: string): string {
  const { region } = configOf(template, details);
  if (typeof region === 'string' && AWS_REGION.test(region)) return region;
  return REGIONS[role.split(':')[1] ?? ''] ?? 'us-east-1';
}

const REGIONS: Readonly<Record<string, string>> = { 'aws-cn': 'cn-north-1', 'aws-us-gov': 'us-gov-west-1' };
