import type { RequestLayer } from './layers.ts';

/** Answers a request whose time is over; its work may go on, and what it changes is there. */
export const requestDeadline: RequestLayer = (handling, next) => handling.request.deadline.within(Promise.resolve(next(handling)));
