import type { Problem } from '../../domain/connector/validation.ts';
import type { AwsError } from './aws.ts';

/** What AWS's refusal means to somebody who just gave an access key. */
export function awsProblem({ refusal, action }: AwsError): Problem {
  switch (refusal) {
    case 'SIGNATURE':
      return {
        code: 'CREDENTIALS_REJECTED',
        cause: `AWS did not accept the signature of ${action}`,
        friendlyMessage: 'AWS refused the access key.',
        resolution:
          'Check accessKeyId and secretAccessKey, that the key is active, and that a session token is given where it needs one and has not expired.',
      };
    case 'PERMISSION':
      return {
        code: 'ACCESS_DENIED',
        cause: `AWS denied ${action}`,
        friendlyMessage: 'AWS knows the access key, and does not allow what is needed.',
        resolution:
          action === 'sts:AssumeRole'
            ? "Allow sts:AssumeRole on assumableRole, and have the role's trust policy name this identity and the externalId."
            : `Allow ${action} in a policy of the identity, or of assumableRole.`,
      };
    case 'NOT_FOUND':
      return {
        code: 'DATABASE_NOT_FOUND',
        cause: `AWS answered ${action} with not found`,
        friendlyMessage: 'There is no cluster or workgroup of that name in this account and region.',
        resolution: 'Check clusterIdentifier or workgroup, region, and the account that the identity belongs to.',
      };
    case 'THROTTLED':
      return {
        code: 'RATE_LIMITED',
        cause: `AWS throttled ${action}`,
        friendlyMessage: 'AWS asked for fewer requests.',
        resolution: 'Try again in a minute.',
      };
    case 'DOWN':
      return {
        code: 'PROVIDER_DOWN',
        cause: `AWS failed at ${action}`,
        friendlyMessage: 'The AWS service is not working at the moment.',
        resolution: 'Try again when it is.',
      };
    case 'UNREADABLE':
      return {
        code: 'PROTOCOL_ERROR',
        cause: `the answer to ${action} could not be read`,
        friendlyMessage: 'What answered does not behave like AWS.',
        resolution: 'Check region, apiEndpoint and stsEndpoint.',
      };
  }
}
