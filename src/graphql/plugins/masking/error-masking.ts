import { GraphQLError } from 'graphql';
import { DomainError, ERROR_CODES, type ErrorCode } from '../../../domain/errors/errors.ts';

/** An error as it leaves: our own text and secret-free details. graphql's own messages quote the values they refuse. */
export interface RenderedError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: { readonly code: ErrorCode; readonly [detail: string]: unknown };
}

export function renderError(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): RenderedError {
  return { message, extensions: { ...details, code, next: details.next ?? ERROR_CODES[code].next } };
}

export function fromDomainError(error: DomainError): RenderedError {
  return renderError(error.code, error.message, error.details);
}

/** A document that does not parse: where, and never what. */
export function syntaxError(error: unknown): RenderedError {
  if (error instanceof GraphQLError && /more tha[nt] \d+ tokens/i.test(error.message))
    return renderError('LIMIT_EXCEEDED', 'The document has too many tokens.');
  const locations = error instanceof GraphQLError ? error.locations : undefined;
  return {
    ...renderError('BAD_REQUEST', 'The document is not valid GraphQL here.', { path: 'query' }),
    ...(locations === undefined ? {} : { locations }),
  };
}

const rendered = new WeakMap<object, RenderedError>();

/** A rendered error as the plugins hand it on. */
export function asGraphqlError(error: RenderedError): GraphQLError {
  const made = new GraphQLError(error.message, { extensions: { ...error.extensions } });
  rendered.set(made, error);
  return made;
}

/** The error as the client gets it. One that no plugin has rendered is a bug of ours. */
export function renderedOf(error: object): RenderedError {
  return rendered.get(error) ?? renderError('INTERNAL', 'Something went wrong on our side.');
}

export function isRendered(error: unknown): boolean {
  return typeof error === 'object' && error !== null && rendered.has(error);
}

/** The DomainError that is behind an error of graphql or Yoga; null of any other. */
export function domainErrorOf(error: unknown): DomainError | null {
  if (error instanceof DomainError) return error;
  const cause = error instanceof Error && 'originalError' in error ? error.originalError : undefined;
  return cause instanceof DomainError ? cause : null;
}
