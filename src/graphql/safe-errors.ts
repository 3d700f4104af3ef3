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
import { DomainError, ERROR_CODES, type ErrorCode } from '../domain/errors.ts';

/** An error as it leaves: our own text and secret-free details. graphql's own messages quote the values they refuse. */
export interface SafeError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly locations?: readonly { readonly line: number; readonly column: number }[];
  readonly extensions: { readonly code: ErrorCode; readonly [detail: string]: unknown };
}

/** Most errors of one answer. */
const MOST = 5;

export function safeError(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}): SafeError {
  return { message, extensions: { ...details, code, next: details.next ?? ERROR_CODES[code].next } };
}

export function fromDomainError(error: DomainError): SafeError {
  return safeError(error.code, error.message, error.details);
}

/** A document that does not parse: where, and never what. */
export function syntaxErrors(error: unknown): readonly SafeError[] {
  if (error instanceof GraphQLError && /more tha[nt] \d+ tokens/i.test(error.message))
    return [safeError('LIMIT_EXCEEDED', 'The document has too many tokens.')];
  const locations = error instanceof GraphQLError ? error.locations : undefined;
  return [
    {
      ...safeError('BAD_REQUEST', 'The document is not valid GraphQL here.', { path: 'query' }),
      ...(locations === undefined ? {} : { locations }),
    },
  ];
}

/** Documents that do not fit the schema: the name that is wrong, and the type that was expected; no value and no suggestion. */
export function documentErrors(_schema: GraphQLSchema, _document: DocumentNode, errors: readonly GraphQLError[]): readonly SafeError[] {
  return errors.slice(0, MOST).map((error) => {
    const limited =
      /exceeded|limit|too many/i.test(error.message) &&
      error.extensions.code === undefined &&
      /alias|depth|directive|cost|complex/i.test(error.message);
    const message = limited ? 'The document is larger or deeper than the limits allow.' : describeNode(error);
    const { locations } = error;
    return {
      ...safeError(limited ? 'LIMIT_EXCEEDED' : 'BAD_REQUEST', message, { path: 'query' }),
      ...(locations === undefined ? {} : { locations }),
    };
  });
}

function describeNode(error: GraphQLError): string {
  const node = error.nodes?.[0];
  switch (node?.kind) {
    case Kind.FIELD:
      return `The field "${cap(node.name.value)}" is not valid here.`;
    case Kind.ARGUMENT:
      return `The argument "${cap(node.name.value)}" is not valid here.`;
    case Kind.OBJECT_FIELD:
      return `The input field "${cap(node.name.value)}" is not valid here.`;
    case Kind.VARIABLE:
      return `The variable "$${cap(node.name.value)}" is not valid here.`;
    case Kind.VARIABLE_DEFINITION:
      return `The variable "$${cap(node.variable.name.value)}" is not valid.`;
    case Kind.DIRECTIVE:
      return `The directive "@${cap(node.name.value)}" is not valid here.`;
    default: {
      const expected =
        /^([A-Z]\w*) cannot represent/.exec(error.message)?.[1] ??
        /of type "([\w![\]]+)"/.exec(error.message)?.[1] ??
        /^Expected ([A-Z]\w*)\.$/.exec(error.message)?.[1];
      return expected === undefined ? 'The document is not valid here.' : `A value is not valid here; expected ${expected}.`;
    }
  }
}

function cap(name: string): string {
  return name.length > 64 ? `${name.slice(0, 64)}…` : name;
}

/** Variables that do not fit their types, found again so that each is named by path and expected type instead of by value. */
export function variableErrors(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): readonly SafeError[] {
  const errors: SafeError[] = [];
  for (const definition of operation.variableDefinitions ?? []) {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type as never) as GraphQLInputType | undefined;
    if (type === undefined || !isInputType(type)) continue;
    const given = Object.hasOwn(variables, name);
    if (!given || variables[name] === null) {
      if (isNonNullType(type) && definition.defaultValue === undefined)
        errors.push(safeError('BAD_REQUEST', `$${name} is required; expected ${String(type)}.`, { path: name }));
      continue;
    }
    coerceInputValue(variables[name], type, (path, _value, error) => {
      const at = [name, ...path].join('.');
      const unknown = /is not defined by type/.test(error.message);
      const missing = /was not provided/.test(error.message);
      const field = unknown || missing ? /^Field "(\w{1,64})"/.exec(error.message)?.[1] : undefined;
      const where = field === undefined ? at : `${at}.${field}`;
      const what = unknown ? 'there is no such field' : `expected ${typeAt(type, path, missing ? field : undefined)}`;
      errors.push(safeError('BAD_REQUEST', `${where}: ${what}.`, { path: where }));
    });
  }
  return errors.length === 0 ? [safeError('BAD_REQUEST', 'A variable is not of its type.', { path: 'variables' })] : errors.slice(0, MOST);
}

function typeAt(type: GraphQLInputType, path: readonly (string | number)[], last: string | undefined): string {
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
  return String(current);
}

/** Errors of an execution: a DomainError keeps its code and text, or those that `told` gives it; anything else is masked and handed to `report`. */
export function executionErrors(
  errors: readonly GraphQLError[],
  report: (error: unknown) => void,
  told: (error: DomainError) => DomainError = (error) => error,
): readonly SafeError[] {
  return errors.slice(0, MOST).map((error) => {
    const cause = error.originalError;
    const path = error.path === undefined ? {} : { path: [...error.path] };
    if (cause instanceof DomainError) return { ...fromDomainError(told(cause)), ...path };
    // An argument that is seen to be null only when it is used: a JSONString! that reads "null".
    if (cause instanceof GraphQLError && cause.nodes !== undefined)
      return { ...safeError('BAD_REQUEST', describeNode(cause), { path: 'query' }), ...path };
    report(cause ?? error);
    return { ...safeError('INTERNAL', 'Something went wrong on our side.'), ...path };
  });
}

export function operationOf(document: DocumentNode, name: string | null): OperationDefinitionNode | null {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  // Real clients send a name with one anonymous document: one operation is the one that is meant.
  if (operations.length === 1) return operations[0] ?? null;
  return operations.find((operation) => operation.name?.value === name) ?? null;
}
