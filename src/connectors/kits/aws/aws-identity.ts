import { ROLE_ARN } from '../../../domain/aws/gateway-aws.ts';
import type { Rule } from '../../../domain/connector/connector.ts';
import type { EgressSession } from '../../../domain/connector/egress.ts';
import { type DetailsOf, type FieldShape, secret, setting } from '../../../domain/connector/field.ts';
import { secretText, text } from '../../../domain/connector/field-types.ts';
import { headerSecret, optionalUrl, word } from '../fields.ts';
import { onlyWith } from '../rules.ts';
import { assumeRole } from './aws-action.ts';
import { awsKeyRules } from './aws-rules.ts';
import type { AwsIdentity } from './sign-aws.ts';

/** Who asks AWS: an access key, and the role that it assumes first. */
export const awsIdentityFields = {
  accessKeyId: setting(word(/^[A-Za-z0-9]+$/, 'must be letters and digits').optional(), {
    identity: true,
    title: 'Access key id',
    description: 'AWS access key that asks for temporary credentials of the user, or assumes the role.',
  }),
  secretAccessKey: secret(secretText().optional(), {
    title: 'Secret access key',
    description: 'Secret of the access key. It signs, and is never sent.',
  }),
  sessionToken: secret(headerSecret().optional(), {
    title: 'Session token',
    description: 'Where the access key is a temporary one itself.',
  }),
  assumableRole: setting(roleArn(), {
    identity: true,
    title: 'Role',
    description:
      "ARN of a role that is assumed first: by the access key, or without one by the gateway's own identity, where the operator granted the project this role.",
  }),
  externalId: setting(text(1224).optional(), {
    title: 'External id',
    description:
      "What the role's trust policy asks for. Without an access key it is the one that the gateway issued to the project, given or not.",
  }),
} satisfies FieldShape;

export function roleArn() {
  return word(ROLE_ARN, 'must be the ARN of a role').optional();
}

export const AWS_REGION = /^[a-z]{2}(-[a-z]+)+-\d+$/;

export function awsRegion() {
  return word(AWS_REGION, 'must be a region, as in eu-west-1');
}

/** An address of a service, for networks that reach AWS by endpoints of their own. */
export function awsEndpoint(title: string) {
  return optionalUrl(`${title} endpoint`, `Where ${title} answers, when not at AWS's public address: an interface endpoint, say.`);
}

/** Where AWS is asked. */
export const awsPlaceFields = {
  region: setting(awsRegion().optional(), {
    endpoint: true,
    title: 'Region',
    description: 'AWS region, where the host does not say it.',
  }),
  stsEndpoint: optionalUrl('STS', "Where AWS's Security Token Service answers, when not at its public address."),
} satisfies FieldShape;

type AwsDetails = DetailsOf<typeof awsIdentityFields & typeof awsPlaceFields>;

/** For kinds that never ask for the gateway's identity: those of packages. */
export const awsIdentityRules: readonly Rule<DetailsOf<typeof awsIdentityFields>>[] = [
  ...awsKeyRules,
  onlyWith('assumableRole', 'accessKeyId'),
  onlyWith('externalId', 'assumableRole'),
];

/** The identity that the details give: the access key's own, or that of the role. */
export async function readAwsIdentity(details: AwsDetails, egress: EgressSession, region: string): Promise<AwsIdentity> {
  const { accessKeyId = '', secretAccessKey = '', sessionToken, assumableRole: arn, externalId, stsEndpoint: endpoint } = details;
  const own = { accessKeyId, secretAccessKey, sessionToken };
  return arn === undefined ? own : await assumeRole(own, { egress, region, endpoint, arn, externalId });
}
