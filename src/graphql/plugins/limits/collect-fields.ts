import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';

/** One member of an object in an answer. */
export interface Member {
  /** What it is called in the answer: its alias, or its name. */
  readonly name: string;
  /** Null for `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | null;
  /** Every place where the document asks for it; their selections count together. */
  readonly nodes: readonly [FieldNode, ...FieldNode[]];
}

/** Reads from a document what is asked of an object. The document is valid, and has no directives. */
export function createCollector({ definitions }: DocumentNode) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);

  function collect({ selections }: SelectionSetNode, found: Map<string, [FieldNode, ...FieldNode[]]>): void {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = found.get(name);
        if (nodes === undefined) found.set(name, [selection]);
        else nodes.push(selection);
        continue;
      }
      // A valid document spreads into an object what applies to it, and nothing else.
      const within = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      if (within !== undefined) collect(within.selectionSet, found);
    }
  }

  /** Null when it asks for what only introspection knows. */
  return (type: GraphQLObjectType, selections: readonly SelectionSetNode[]): readonly Member[] | null => {
    const found = new Map<string, [FieldNode, ...FieldNode[]]>();
    for (const selection of selections) collect(selection, found);
    const members: Member[] = [];
    for (const [name, nodes] of found) {
      const asked = nodes[0].name.value;
      const field = asked === '__typename' ? null : type.getFields()[asked];
      if (field === undefined) return null;
      members.push({ name, field, nodes });
    }
    return members;
  };
}
