import { expect, test } from 'vitest';
import { requireRoomForSubscription } from '../../../src/domain/event/subscription-limit.ts';

test.each([
  { ofToken: 9, ofGateway: 499, is: 'let in', capacity: null },
  { ofToken: 10, ofGateway: 10, is: 'refused by its own limit', capacity: 10 },
  { ofToken: 0, ofGateway: 500, is: "refused by the gateway's", capacity: 500 },
])('a subscription beside $ofToken of its token and $ofGateway of the gateway is $is', ({ capacity, ofToken, ofGateway }) => {
  const ask = () => requireRoomForSubscription({ ofToken, ofGateway });
  if (capacity === null) expect(ask).not.toThrow();
  else
    expect(ask).toThrow(
      expect.objectContaining({
        code: 'RATE_LIMITED',
        message: expect.stringContaining(String(capacity)),
        details: { capacity, retryAfterSeconds: 5 },
      }),
    );
});
