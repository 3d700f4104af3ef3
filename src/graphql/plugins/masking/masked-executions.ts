import type { ExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { DomainError } from '../../../domain/errors/errors.ts';
import type { OperationRequest } from '../../operation-request.ts';
import type { ExecutionLayer } from '../layers.ts';
import { describeProblem } from './document-errors.ts';
import { asGraphqlError, domainErrorOf, fromDomainError, isRendered, type RenderedError, renderError } from './error-masking.ts';
import { naming } from './sought-argument.ts';
import { variableErrors } from './variable-errors.ts';

/** What `report` gets about an error that nobody expected. */
export type Report = (error: unknown, requestId: string) => void;

/** Tells the errors of an execution in our words: an expected failure keeps its code and text, anything else is masked and reported. */
export function maskedErrors(schema: GraphQLSchema, report: Report): ExecutionLayer {
  return async (execution, next) => {
    const result = await next(execution);
    return result.errors === undefined ? result : { ...result, errors: masked(result, execution.request) };
  };

  function masked({ data, errors = [] }: ExecutionResult, request: OperationRequest): GraphQLError[] {
    const { operation, params } = request;
    if (errors.every(isRendered)) return [...errors];
    // Nothing was executed: the variables do not fit their types.
    if (data === undefined && operation !== null) return variableErrors(schema, operation.node, params.variables).map(asGraphqlError);
    return errors.map((error) => (isRendered(error) ? error : asGraphqlError(tell(error, request))));
  }

  function tell(error: GraphQLError, request: OperationRequest): RenderedError {
    const { told, actor } = request;
    const path = error.path === undefined ? {} : { path: [...error.path] };
    const expected = domainErrorOf(error);
    if (expected !== null) return { ...fromDomainError(told(naming(schema, expected, error.path, request))), ...path };
    // An argument that is seen to be null only when it is used: a JSONString! that reads "null".
    const cause = error.originalError;
    if (isGraphqlError(cause) && cause.nodes !== undefined)
      return { ...renderError('BAD_REQUEST', describeProblem(schema, null, cause), { path: 'query' }), ...path };
    report(cause ?? error, actor.request.id);
    return { ...renderError('INTERNAL', 'Something went wrong on our side.'), ...path };
  }
}

/** Reports what goes wrong around an execution with the id of its request, and masks it. */
export function reportedFailures(report: Report): ExecutionLayer {
  return async (execution, next) => {
    try {
      return await next(execution);
    } catch (error) {
      if (isRendered(error) || domainErrorOf(error) !== null) throw error;
      report(error, execution.request.actor.request.id);
      throw asGraphqlError(renderError('INTERNAL', 'Something went wrong on our side.'));
    }
  };
}

function isGraphqlError(error: unknown): error is GraphQLError {
  return error instanceof Error && error.name === 'GraphQLError' && !(error instanceof DomainError);
}
