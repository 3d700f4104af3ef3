import type { Plugin } from 'graphql-yoga';
import type { OperationRequest } from '../operation-request.ts';

/** What every transport hands to Yoga. A type and no interface, since Yoga's contexts may have any member. */
export type ServerContext = { readonly operationRequest: OperationRequest };

/** A plugin of ours. */
export type ApiPlugin = Plugin<ServerContext, ServerContext>;
