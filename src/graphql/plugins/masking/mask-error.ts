import { type DocumentNode, GraphQLError, Kind } from 'graphql';
import type { RenderedError } from './error-masking.ts';
import { asGraphqlError, domainErrorOf, fromDomainError, isRendered, renderError, syntaxError } from './error-masking.ts';

/**
 * The error that a client gets for anything that goes wrong outside of an execution, in our own words: an expected failure keeps its code
 * and text, what graphql and Yoga refuse is named by its kind, and everything else is masked and handed to `report`.
 */
export function createMaskError(report: (error: unknown) => void): (error: unknown) => Error {
  return (error) => {
    if (error instanceof Error && isRendered(error)) return error;
    const expected = domainErrorOf(error);
    if (expected !== null) return asGraphqlError(fromDomainError(expected));
    if (error instanceof GraphQLError && error.originalError === undefined) return asGraphqlError(refusalOf(error));
    report(error);
    return asGraphqlError(renderError('INTERNAL', 'Something went wrong on our side.'));
  };
}

function refusalOf(error: GraphQLError): RenderedError {
  const { code, http } = error.extensions as { readonly code?: unknown; readonly http?: { readonly status?: unknown } };
  if (http?.status === 405) return renderError('METHOD_NOT_ALLOWED', 'GET is for queries; send mutations with POST.');
  if (code === 'OPERATION_RESOLUTION_FAILURE') return operationUnknown(null);
  return syntaxError(error);
}

/** Several operations, and none of them is the one that is asked for. */
export function operationUnknown(document: DocumentNode | null): RenderedError {
  const names = (document?.definitions ?? []).flatMap((one) =>
    one.kind === Kind.OPERATION_DEFINITION && one.name ? [one.name.value] : [],
  );
  const known = names.slice(0, MOST_NAMED).map((name) => name.slice(0, 64));
  const which = known.length === 0 ? '' : `: ${known.join(', ')}${names.length > MOST_NAMED ? ' …' : ''}`;
  return renderError('BAD_REQUEST', `Name one of the operations of the document in operationName${which}.`, {
    path: 'operationName',
    ...(known.length === 0 ? {} : { known }),
  });
}

/** Most operations that a refusal names. */
const MOST_NAMED = 20;
