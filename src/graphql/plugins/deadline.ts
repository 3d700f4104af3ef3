import { aroundRequest } from './yoga-plugin.ts';

/** Answers a request whose time is over; its work may go on, and what it changes is there. */
export function useDeadline() {
  return aroundRequest((handle, { deadline }) => deadline.within(handle()));
}
