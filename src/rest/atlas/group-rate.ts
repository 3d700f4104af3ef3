import { bucketEmpty, createTokenBuckets, type TokenBuckets } from '../../admission/token-bucket.ts';
import type { Authenticate } from '../../http/access/authentication.ts';
import type { RestGateway } from '../kit/rest-gateway.ts';

/** One bucket a group, whichever of its credentials a request comes with; each answer tells what is left. */
export function countingGroups(gateway: Pick<RestGateway, 'dialects'>, authenticate: Authenticate): Authenticate {
  let made: TokenBuckets | undefined;
  return async (request, reply) => {
    const { burst, perMinute } = gateway.dialects.atlas;
    const size = { perSecond: perMinute / 60, burst };
    made ??= createTokenBuckets(size, () => performance.now());
    const buckets = made;
    const actor = await authenticate(request, reply);
    const isTaken = buckets.take(actor.projectId, 1);
    reply.headers({ 'ratelimit-limit': burst, 'ratelimit-remaining': Math.floor(buckets.left(actor.projectId)) });
    if (!isTaken) throw bucketEmpty('The requests of this group are used up for the moment.', size);
    return actor;
  };
}
