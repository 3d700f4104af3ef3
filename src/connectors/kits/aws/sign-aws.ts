import type { ValidationCode } from '../../../domain/connector/validation.ts';
import type { Authorize } from '../http/http-session.ts';

/** Who signs. Always given: nothing is taken from the environment, a profile or the machine's own role. */
export interface AwsIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

export interface AwsSigner extends AwsIdentity {
  /** As the signature names it. */
  readonly service: string;
  readonly region: string;
}

/** Signature Version 4: the secret is used, and not sent. */
export function signAws({ service, region, accessKeyId, secretAccessKey, sessionToken }: AwsSigner): Authorize {
  return async (request) => {
    const { AwsV4Signer } = await import('aws4fetch');
    const signer = new AwsV4Signer({
      ...request,
      service,
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
    });
    const { headers } = await signer.sign();
    return Object.fromEntries(headers);
  };
}

const REFUSALS: readonly (readonly [RegExp, ValidationCode])[] = [
  [
    /^(InvalidClientTokenId|InvalidAccessKeyId|SignatureDoesNotMatch|UnrecognizedClient|ExpiredToken|InvalidToken|AuthFailure|IncompleteSignature|MissingAuthenticationToken|InvalidSignature|RequestTimeTooSkewed|RequestExpired|UnauthorizedException$)/,
    'CREDENTIALS_REJECTED',
  ],
  [/^(AccessDenied|UnauthorizedOperation|OptInRequired|ForbiddenException$)/, 'ACCESS_DENIED'],
  [/^(ClusterNotFound|ResourceNotFound|EntityNotFound|NoSuchBucket|NoSuchKey|NotFoundException$)/, 'DATABASE_NOT_FOUND'],
  [/^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/, 'RATE_LIMITED'],
];

/** What AWS's codes mean: its services answer them with whatever status. */
export function awsCodeMeaning(code: string): ValidationCode | undefined {
  return REFUSALS.find(([pattern]) => pattern.test(code))?.[1];
}
