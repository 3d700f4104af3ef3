import type { ExecutionLayer } from './layers.ts';

/** Gives resolvers their context, after every other layer has replaced the services of the request with bound ones. */
export const resolverContext: ExecutionLayer = ({ request, args, execute }, next) =>
  next({ request, execute, args: { ...args, contextValue: request.resolverContext() } });
