import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFAULT_PAGE, MAX_PAGE } from '../../schema/page.ts';

type Variables = Readonly<Record<string, unknown>>;

/**
 * What an operation asks for, in objects: one for every field that has fields of its own, as often as it is written, times the rows
 * of the pages around it. The size of a page is what is given, in a variable or as its default too; one that is left out is the
 * page's own. What is within a fragment is counted once and added wherever the fragment is spread. Scalars are free, since a row
 * is read whole.
 */
export function createDocumentCost(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions)
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  const defaults = new Map(operation.variableDefinitions?.map(({ variable, defaultValue }) => [variable.name.value, defaultValue]));
  let dependsOnVariables = false;

  function cost(variables: Variables): number {
    const known = new Map<string, number>();

    function ofSelections(type: GraphQLNamedType | undefined, { selections }: SelectionSetNode): number {
      let sum = 0;
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) sum += ofField(type, selection);
        else if (selection.kind === Kind.FRAGMENT_SPREAD) sum += ofFragment(selection.name.value);
        else sum += ofSelections(conditionOf(selection.typeCondition?.name.value, type), selection.selectionSet);
      }
      return sum;
    }

    function ofFragment(name: string): number {
      const found = known.get(name);
      if (found !== undefined) return found;
      const fragment = fragments.get(name);
      // A fragment that spreads itself is refused elsewhere.
      known.set(name, 0);
      const sum =
        fragment === undefined ? 0 : ofSelections(conditionOf(fragment.typeCondition.name.value, undefined), fragment.selectionSet);
      known.set(name, sum);
      return sum;
    }

    function ofField(type: GraphQLNamedType | undefined, node: FieldNode): number {
      const { selectionSet } = node;
      // What introspection may ask for is bounded by its own rule, and by the budget of the answer.
      if (selectionSet === undefined || node.name.value.startsWith('__')) return 0;
      const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
      const within = 1 + ofSelections(field === undefined ? undefined : getNamedType(field.type), selectionSet);
      return field === undefined ? within : within * pageSize(field, node, variables);
    }

    return ofSelections(schema.getRootType(operation.operation) ?? undefined, operation.selectionSet);
  }

  function conditionOf(name: string | undefined, type: GraphQLNamedType | undefined): GraphQLNamedType | undefined {
    return name === undefined ? type : schema.getType(name);
  }

  function pageSize(field: GraphQLField<unknown, unknown>, node: FieldNode, variables: Variables): number {
    if (isLeafType(getNamedType(field.type)) || !field.args.some(({ name }) => name === 'first')) return 1;
    const given = node.arguments?.find(({ name }) => name.value === 'first')?.value;
    if (given?.kind === Kind.INT || given?.kind === Kind.STRING) return rows(given.value);
    if (given?.kind !== Kind.VARIABLE) return DEFAULT_PAGE;
    dependsOnVariables = true;
    const name = given.name.value;
    if (Object.hasOwn(variables, name) && variables[name] !== null) return asked(variables[name]);
    const fallback = defaults.get(name);
    return fallback?.kind === Kind.INT || fallback?.kind === Kind.STRING ? asked(fallback.value) : DEFAULT_PAGE;
  }

  const withDefaults = cost({});
  return {
    /** Whatever the variables are; null where they decide. */
    fixed: dependsOnVariables ? null : withDefaults,
    /** For the variables of one request. */
    of: (variables: Variables) => (dependsOnVariables ? cost(variables) : withDefaults),
  };
}

/** A page that is larger than the maximum is refused by its own field, with its own message. */
function asked(given: unknown): number {
  return Math.min(rows(given), MAX_PAGE);
}

function rows(given: unknown): number {
  const number = Number(given);
  return Number.isFinite(number) ? Math.max(1, number) : 1;
}
