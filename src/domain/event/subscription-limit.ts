import { rateLimited } from '../errors/rate-limited.ts';

/** Subscriptions that one token may have at a time at each gateway. */
export const MOST_OF_TOKEN = 10;
/** Subscriptions that one gateway serves at a time. */
const MOST = 500;

/** Throws RATE_LIMITED where the token, or the gateway, has as many subscriptions as it may. */
export function requireRoomForSubscription(open: { readonly ofToken: number; readonly ofGateway: number }): void {
  if (open.ofToken < MOST_OF_TOKEN && open.ofGateway < MOST) return;
  const [who, capacity] = open.ofToken >= MOST_OF_TOKEN ? ['A token', MOST_OF_TOKEN] : ['A gateway', MOST];
  throw rateLimited(`${who} may have ${capacity} subscriptions at a time. End one first.`, 5, { capacity });
}
