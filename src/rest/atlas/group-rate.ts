import { createTokenBuckets, type TokenBuckets } from '../../admission/token-bucket.ts';
import type { Authenticate } from '../kit/access/authentication.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';
import { pathOf } from './wire/answers.ts';
import { atlasError } from './wire/failure.ts';

/** One bucket a group, whichever of its credentials a request comes with; each answer tells what is left. */
export function countingGroups(gateway: Pick<RestGateway, 'dialects'>, authenticate: Authenticate): Authenticate {
  let made: TokenBuckets | undefined;
  return async (request, reply) => {
    const { burst, perMinute } = gateway.dialects.atlas;
    made ??= createTokenBuckets({ perSecond: perMinute / 60, burst }, () => performance.now());
    const buckets = made;
    const actor = await authenticate(request, reply);
    const isTaken = buckets.take(actor.projectId, 1);
    reply.headers({ 'ratelimit-limit': burst, 'ratelimit-remaining': Math.floor(buckets.left(actor.projectId)) });
    if (isTaken) return actor;
    const retryAfterSeconds = Math.max(1, Math.ceil(60 / perMinute));
    const parameters = [pathOf(request), retryAfterSeconds, burst, perMinute, 60];
    throw atlasError('RATE_LIMITED_TOKEN_BUCKET', 'The requests of this group are used up for the moment.', parameters, {
      retryAfterSeconds,
    });
  };
}
