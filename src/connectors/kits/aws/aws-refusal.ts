import type { ValidationCode } from '../../../domain/connector/validation.ts';
import type { HttpFailure } from '../http/http-session.ts';
import { type Meaning, problemOf, Refusal, refusal } from '../problems.ts';
import { awsCodeMeaning } from './sign-aws.ts';

/** What AWS's refusal means to somebody who just gave an access key; `own` is what the service's own codes mean. */
export function awsRefusal(action: string, { code, status }: HttpFailure, own: Readonly<Record<string, Meaning>> = {}): Refusal {
  const meant = Object.hasOwn(own, code) ? own[code] : undefined;
  if (meant !== undefined) return new Refusal(problemOf('AWS', `AWS answered ${action} with ${code}`, meant));
  const meaning: ValidationCode =
    awsCodeMeaning(code) ?? (status === 429 ? 'RATE_LIMITED' : status >= 500 ? 'PROVIDER_DOWN' : 'PROTOCOL_ERROR');
  switch (meaning) {
    case 'CREDENTIALS_REJECTED':
      return refusal(
        meaning,
        `AWS did not accept the signature of ${action}`,
        'AWS refused the access key.',
        'Check accessKeyId and secretAccessKey, that the key is active, and that a session token is given where it needs one and has not expired; a clock that is minutes off is refused like that, too.',
      );
    case 'ACCESS_DENIED':
      return refusal(
        meaning,
        `AWS denied ${action}`,
        'AWS knows the access key, and does not allow what is needed.',
        action === 'sts:AssumeRole'
          ? "Allow sts:AssumeRole on assumableRole, and have the role's trust policy name this identity and the externalId."
          : `Allow ${action} in a policy of the identity, or of assumableRole.`,
      );
    case 'DATABASE_NOT_FOUND':
      return refusal(
        meaning,
        `AWS answered ${action} with not found`,
        'There is nothing of that name in this account and region.',
        'Check the name, the region, and the account that the identity belongs to.',
      );
    case 'RATE_LIMITED':
      return refusal(meaning, `AWS throttled ${action}`, 'AWS asked for fewer requests.', 'Try again in a minute.');
    case 'PROVIDER_DOWN':
      return refusal(meaning, `AWS failed at ${action}`, 'The AWS service is not working at the moment.', 'Try again when it is.');
    default:
      return refusal(
        'PROTOCOL_ERROR',
        `the answer to ${action} could not be read`,
        'What answered does not behave like AWS.',
        'Check the region, and the endpoints where they are given.',
      );
  }
}
