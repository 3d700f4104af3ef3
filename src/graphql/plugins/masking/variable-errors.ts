import {
  coerceInputValue,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { describeType } from './describe-type.ts';
import { type RenderedError, renderError } from './error-masking.ts';

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
  return errors.length === 0 ? [renderError('BAD_REQUEST', 'A variable is not of its type.', { path: 'variables' })] : errors;
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
