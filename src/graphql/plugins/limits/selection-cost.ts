import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInterfaceType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { ANSWER_LIMITS, type SelectionCost } from '../budget/answer-budget.ts';

export type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** What the text of a leaf takes whose length does not depend on its value; what does depend on it is charged when it is read. */
const BYTES: Readonly<Record<string, number>> = { UUID: 38, DateTime: 31, Int: 11, Float: 24, Boolean: 5 };

export const NOTHING: SelectionCost = { values: 0, bytes: 0, texts: [], plain: [] };
/** Types whose values are text of any length. */
export const TEXT_TYPES: ReadonlySet<string> = new Set(['String', 'ID']);

/**
 * What the fields of an object cost that a document selects, those of the objects within it included; lists of objects, and the types
 * of introspection, are left out, since they are paid for when it is known how many there are. A field that `@skip` or `@include` leaves out counts all the same.
 */
export function createSelectionCosts(schema: GraphQLSchema) {
  /** Kept by the node of the field in the document: it stays the same for as long as the document is kept. */
  const known = new WeakMap<FieldNode | readonly FieldNode[], SelectionCost>();

  function costOf(type: GraphQLOutputType, nodes: readonly FieldNode[], fragments: Fragments): SelectionCost {
    const [first] = nodes;
    const key = nodes.length === 1 && first !== undefined ? first : nodes;
    let cost = known.get(key);
    if (cost === undefined) {
      const sets = nodes.flatMap(({ selectionSet }) => (selectionSet === undefined ? [] : [selectionSet]));
      cost = costOfSets(getNamedType(type), sets, fragments);
      known.set(key, cost);
    }
    return cost;
  }

  function costOfSets(type: GraphQLNamedType, sets: readonly SelectionSetNode[], fragments: Fragments): SelectionCost {
    // The object itself, and its braces.
    let values = 1;
    let bytes = 3;
    const texts: string[] = [];
    const plain: string[] = [];
    for (const [name, { field, nodes }] of collect(type, sets, fragments)) {
      const cost = field === null ? { values: 1, bytes: type.name.length + 2 } : costOfField(field.type, nodes, fragments);
      if (field !== null && isPlain(field)) (TEXT_TYPES.has(getNamedType(field.type).name) ? texts : plain).push(field.name);
      values += cost.values;
      bytes += cost.bytes + name.length + 4;
      // It will be refused, whatever else it holds.
      if (values > ANSWER_LIMITS.values) break;
    }
    return { values, bytes, texts, plain };
  }

  function costOfField(type: GraphQLOutputType, nodes: readonly FieldNode[], fragments: Fragments): SelectionCost {
    const named = getNamedType(type);
    if (isListType(getNullableType(type))) return NOTHING;
    // A type of introspection is charged when it is there: tools ask for it nine levels deep, and most have two.
    if (isIntrospected(named)) return NOTHING;
    if (!isLeafType(named)) return costOf(type, nodes, fragments);
    return { values: 1, bytes: isEnumType(named) ? longestName(named.getValues()) : (BYTES[named.name] ?? 2), texts: [], plain: [] };
  }

  /** What is asked for by name, each fragment looked into once. A field of introspection or of the root has the type null. */
  function collect(type: GraphQLNamedType, sets: readonly SelectionSetNode[], fragments: Fragments) {
    const found = new Map<string, { readonly field: GraphQLField<unknown, unknown> | null; readonly nodes: FieldNode[] }>();
    const visited = new Set<string>();
    const visit = (within: GraphQLNamedType, { selections }: SelectionSetNode) => {
      for (const selection of selections) {
        if (selection.kind === Kind.FIELD) {
          const name = (selection.alias ?? selection.name).value;
          const known = found.get(name);
          if (known === undefined) found.set(name, { field: fieldOf(within, selection.name.value), nodes: [selection] });
          else known.nodes.push(selection);
          continue;
        }
        if (selection.kind === Kind.FRAGMENT_SPREAD) {
          if (visited.has(selection.name.value)) continue;
          visited.add(selection.name.value);
        }
        const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments[selection.name.value] : selection;
        if (fragment === undefined) continue;
        const condition = fragment.typeCondition === undefined ? within : schema.getType(fragment.typeCondition.name.value);
        visit(condition ?? within, fragment.selectionSet);
      }
    };
    for (const set of sets) visit(type, set);
    return found;
  }

  return {
    costOf,
    ofOperation: (type: GraphQLNamedType, set: SelectionSetNode, fragments: Fragments) => costOfSets(type, [set], fragments),
  };
}

export function isIntrospected(type: GraphQLNamedType): boolean {
  return isObjectType(type) && type.name.startsWith('__');
}

export function fragmentsOf({ definitions }: DocumentNode): Fragments {
  return Object.fromEntries(
    definitions.flatMap((definition) => (definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [])),
  );
}

function fieldOf(type: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | null {
  if (!isObjectType(type) && !isInterfaceType(type)) return null;
  return type.getFields()[name] ?? null;
}

/** A member of the object under the field's own name, which is read without a resolver. */
function isPlain({ type, resolve }: GraphQLField<unknown, unknown>): boolean {
  return resolve === undefined && isLeafType(getNullableType(type));
}

function longestName(values: readonly { readonly name: string }[]): number {
  return values.reduce((longest, { name }) => Math.max(longest, name.length + 2), 2);
}
