import { expect, test } from 'vitest';
import { requireRoomForSubscription } from '../../../src/domain/event/subscription-limit.ts';

test.each([
  { ofToken: 9, ofGateway: 499, is: 'let in' },
  { ofToken: 10, ofGateway: 10, is: 'refused' },
  { ofToken: 0, ofGateway: 500, is: 'refused' },
])('a subscription beside $ofToken of its token and $ofGateway of the gateway is $is', ({ is, ...open }) => {
  const refusal = expect.objectContaining({ code: 'RATE_LIMITED' });
  if (is === 'refused') expect(() => requireRoomForSubscription(open)).toThrow(refusal);
  else expect(() => requireRoomForSubscription(open)).not.toThrow();
});
