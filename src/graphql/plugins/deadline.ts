import type { RequestLayer } from './layers.ts';

/** Answers a request whose time is over. Its work may still go on, and what that changes is not undone. */
export const requestDeadline: RequestLayer = (handling, next) => handling.request.deadline.within(Promise.resolve(next(handling)));
