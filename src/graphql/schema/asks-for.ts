import { type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';

type Selected = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/**
 * Whether a document asks for a field at this path below the one that is resolved, so that what nobody asked for need not be read. One
 * that a directive leaves out may count as asked for.
 */
export function asksFor({ fieldNodes, fragments }: Selected, path: readonly string[]): boolean {
  // Fragments that spread the same one many times would be walked as often.
  const seen = new Set<string>();
  const isIn = (selections: SelectionSetNode | undefined, depth: number): boolean =>
    selections?.selections.some((selection) => {
      if (selection.kind === Kind.FIELD)
        return selection.name.value === path[depth] && (depth === path.length - 1 || isIn(selection.selectionSet, depth + 1));
      if (selection.kind === Kind.INLINE_FRAGMENT) return isIn(selection.selectionSet, depth);
      const name = selection.name.value;
      const place = `${depth} ${name}`;
      if (seen.has(place)) return false;
      seen.add(place);
      return isIn(fragments[name]?.selectionSet, depth);
    }) ?? false;
  return fieldNodes.some(({ selectionSet }) => isIn(selectionSet, 0));
}
