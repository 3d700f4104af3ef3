import {
  coerceInputValue,
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { DomainError, ERROR_CODES, type ErrorCode } from '../../../domain/errors/errors.ts';
import { describeType } from './describe-type.ts';

/** An error as it leaves: our own text and secret-free details. graphql's own messages quote the values they refuse. */
export interface RenderedError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: { readonly code: ErrorCode; readonly [detail: string]: unknown };
}

/** Most errors of one answer. */
export const MOST_ERRORS = 5;

export function renderError(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): RenderedError {
  return { message, extensions: { ...details, code, next: details.next ?? ERROR_CODES[code].next } };
}

export function fromDomainError(error: DomainError): RenderedError {
  return renderError(error.code, error.message, error.details);
}

/** A document that does not parse: where, and never what. */
export function syntaxErrors(error: unknown): readonly RenderedError[] {
  if (error instanceof GraphQLError && /more tha[nt] \d+ tokens/i.test(error.message))
    return [renderError('LIMIT_EXCEEDED', 'The document has too many tokens.')];
  const locations = error instanceof GraphQLError ? error.locations : undefined;
  return [
    {
      ...renderError('BAD_REQUEST', 'The document is not valid GraphQL here.', { path: 'query' }),
      ...(locations === undefined ? {} : { locations }),
    },
  ];
}

/** Variables that do not fit their types, found again so that each is named by path and expected type instead of by value. */
export function variableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly RenderedError[] {
  const errors: RenderedError[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
    if (type === undefined || !isInputType(type)) continue;
    const given = Object.hasOwn(variables, name);
    if (!given || variables[name] === null) {
      if (isNonNullType(type) && definition.defaultValue === undefined)
        errors.push(renderError('BAD_REQUEST', `The variable "$${name}" is required: ${describeType(type)}.`, { path: name }));
      continue;
    }
    coerceInputValue(variables[name], type, (path, _value, { message }) => {
      const at = [name, ...path].join('.');
      const unknown = /^Field "(\w{1,64})" is not defined by type/.exec(message)?.[1];
      const missing = /^Field "(\w{1,64})" .*was not provided/.exec(message)?.[1];
      const where = [at, unknown ?? missing].filter((step) => step !== undefined).join('.');
      const expected = describeType(typeAt(type, path, missing));
      const what =
        unknown !== undefined
          ? `There is no field "${where}".`
          : missing !== undefined
            ? `"${where}" is required: ${expected}.`
            : `"${where}" is not valid: it must be ${expected}.`;
      errors.push(renderError('BAD_REQUEST', what, { path: where }));
    });
  }
  return errors.length === 0
    ? [renderError('BAD_REQUEST', 'A variable is not of its type.', { path: 'variables' })]
    : errors.slice(0, MOST_ERRORS);
}

function typeAt(type: GraphQLInputType, path: readonly (string | number)[], last: string | undefined): GraphQLInputType {
  let current: GraphQLInputType = type;
  for (const step of last === undefined ? path : [...path, last]) {
    const bare: GraphQLInputType = isNonNullType(current) ? current.ofType : current;
    if (typeof step === 'number') {
      if (!isListType(bare)) break;
      current = bare.ofType;
    } else {
      const named = getNamedType(bare);
      if (!isInputObjectType(named)) break;
      const field = named.getFields()[step];
      if (field === undefined) break;
      current = field.type;
    }
  }
  return current;
}

interface ErrorSinks {
  /** What is wrong with an argument, in our words. */
  describe(error: GraphQLError): string;
  report(error: unknown): void;
  readonly told?: ((error: DomainError) => DomainError) | undefined;
}

/** Errors of an execution: a DomainError keeps its code and text, or those that `told` gives it; anything else is masked and handed to `report`. */
export function executionErrors(
  errors: readonly GraphQLError[],
  { describe, report, told = (error) => error }: ErrorSinks,
): readonly RenderedError[] {
  return errors.slice(0, MOST_ERRORS).map((error) => {
    const cause = error.originalError;
    const path = error.path === undefined ? {} : { path: [...error.path] };
    if (cause instanceof DomainError) return { ...fromDomainError(told(cause)), ...path };
    // An argument that is seen to be null only when it is used: a JSONString! that reads "null".
    if (cause instanceof GraphQLError && cause.nodes !== undefined)
      return { ...renderError('BAD_REQUEST', describe(cause), { path: 'query' }), ...path };
    report(cause ?? error);
    return { ...renderError('INTERNAL', 'Something went wrong on our side.'), ...path };
  });
}

export function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | null {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  // Real clients send a name with one anonymous document: one operation is the one that is meant.
  if (operations.length === 1) return operations[0] ?? null;
  return operations.find((operation) => operation.name?.value === name) ?? null;
}
