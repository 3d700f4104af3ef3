import { aroundExecution } from './yoga-plugin.ts';

/** Gives resolvers what they work with, once every other plugin has bound the request's services. */
export function useResolverContext() {
  return aroundExecution((execute, request) => (args) => execute({ ...args, contextValue: request.resolverContext() }));
}
