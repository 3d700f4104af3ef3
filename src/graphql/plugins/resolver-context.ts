import type { ExecutionLayer } from './layers.ts';

/** Gives resolvers what they work with, once every other layer has bound the request's services. */
export const resolverContext: ExecutionLayer = ({ request, args, execute }, next) =>
  next({ request, execute, args: { ...args, contextValue: request.resolverContext() } });
