import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { OperationRequest } from '../operation-request.ts';

/** What every transport hands to Yoga. A type and no interface, since Yoga's contexts may have any member. */
export type ServerContext = { readonly operationRequest: OperationRequest };

/** A plugin of ours. */
export type ApiPlugin = Plugin<ServerContext, ServerContext>;

export type Execute = (args: ExecutionArgs) => Promise<ExecutionResult> | ExecutionResult;

/** A plugin that puts something around the execution of queries and mutations. Of several the last in the list is the outermost. */
export function aroundExecution(around: (execute: Execute, request: OperationRequest) => Execute): ApiPlugin {
  return {
    onExecute({ executeFn, setExecuteFn, context }) {
      setExecuteFn(around(executeFn as Execute, context.operationRequest));
    },
  };
}

type ParamsHandler = Parameters<NonNullable<ApiPlugin['onParams']>>[0]['paramsHandler'];
export type Result = Awaited<ReturnType<ParamsHandler>>;

/** A plugin that puts something around all that is done for one request. Of several the last in the list is the outermost. */
export function aroundRequest(around: (handle: () => Promise<Result>, request: OperationRequest) => Promise<Result>): ApiPlugin {
  return {
    onParams({ paramsHandler, setParamsHandler, context }) {
      setParamsHandler((payload) => around(async () => await paramsHandler(payload), context.operationRequest));
    },
  };
}
