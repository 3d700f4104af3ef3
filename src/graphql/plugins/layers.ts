import type { ExecutionArgs, ExecutionResult } from 'graphql';
import type { OperationRequest } from '../operation-request.ts';
import type { ApiPlugin } from './yoga-plugin.ts';

/** A query or mutation that is about to be executed. */
export interface Execution {
  readonly request: OperationRequest;
  readonly args: ExecutionArgs;
  /** Of graphql itself, or of the compiled query. */
  readonly execute: (args: ExecutionArgs) => MaybePromise<ExecutionResult>;
}

export type ExecutionLayer = Layer<Execution, ExecutionResult>;

/** All that is done for one request, from its parameters to its answer. */
export interface Handling {
  readonly request: OperationRequest;
  /** Reads the document and executes it, by way of the other plugins. */
  readonly handle: () => MaybePromise<Result>;
}

export type RequestLayer = Layer<Handling, Result>;

/** One rule around what comes after it: it may refuse, change what goes in, or look at what comes out. */
type Layer<Work, Done> = (work: Work, next: (work: Work) => MaybePromise<Done>) => MaybePromise<Done>;

type MaybePromise<T> = T | Promise<T>;
type ParamsHandler = Parameters<NonNullable<ApiPlugin['onParams']>>[0]['paramsHandler'];
type Result = Awaited<ReturnType<ParamsHandler>>;

/** Puts layers around the execution of queries and mutations; the first is the outermost. One hook for all of them: each of Envelop's costs as much as what most layers do. */
export function useExecutionLayers(layers: readonly ExecutionLayer[]): ApiPlugin {
  const run = compose<Execution, ExecutionResult>(layers, ({ execute, args }) => execute(args));
  return {
    onExecute({ executeFn, setExecuteFn, context: { operationRequest: request } }) {
      // Only subscriptions give streams, and those are not executed here.
      const execute = executeFn as Execution['execute'];
      setExecuteFn((args: ExecutionArgs) => run({ request, args, execute }));
    },
  };
}

/** The same around all that is done for one request. */
export function useRequestLayers(layers: readonly RequestLayer[]): ApiPlugin {
  const run = compose<Handling, Result>(layers, ({ handle }) => handle());
  return {
    onParams({ paramsHandler, setParamsHandler, context: { operationRequest: request } }) {
      setParamsHandler((payload) => run({ request, handle: () => paramsHandler(payload) }));
    },
  };
}

function compose<Work, Done>(layers: readonly Layer<Work, Done>[], innermost: (work: Work) => MaybePromise<Done>) {
  return layers.reduceRight<(work: Work) => MaybePromise<Done>>((next, layer) => (work) => layer(work, next), innermost);
}
