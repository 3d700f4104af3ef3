import { type FragmentDefinitionNode, type GraphQLResolveInfo, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { asksFor } from '../../../src/graphql/schema/asks-for.ts';

/** What the resolver of the first field gets to know of a document. */
function selectedBy(document: string): Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'> {
  const { definitions } = parse(document);
  const fragments = definitions.filter((one): one is FragmentDefinitionNode => one.kind === Kind.FRAGMENT_DEFINITION);
  return {
    fieldNodes: definitions.flatMap((one) =>
      one.kind === Kind.OPERATION_DEFINITION ? one.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD) : [],
    ),
    fragments: Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment])),
  };
}

test.each([
  { document: '{ a { b { c } } }', asked: true },
  { document: '{ a { b { other } } }', asked: false },
  { document: '{ a { c b { other } } }', asked: false },
  { document: '{ a { other { c } } }', asked: false },
  { document: '{ a { alias: b { alias: c } } }', asked: true },
  { document: '{ a { b: other { c: other } } }', asked: false },
  { document: '{ a { b { other } b { c } } }', asked: true },
  { document: '{ a { b { other } } } query Two { a { b { c } } }', asked: true },
  { document: '{ a { ... { b { ... on B { c } } } } }', asked: true },
  { document: '{ a { ...InA } } fragment InA on A { b { ...InB } } fragment InB on B { c }', asked: true },
  { document: '{ a { ...InA } } fragment InA on A { b { ...InB } } fragment InB on B { other }', asked: false },
  { document: '{ a { ...X b { ...X } } } fragment X on Any { c }', asked: true },
  { document: 'query ($no: Boolean!) { a { b { c @include(if: $no) } } }', asked: true },
])('$document asks for c in b: $asked', ({ document, asked }) => {
  expect(asksFor(selectedBy(document), ['b', 'c'])).toBe(asked);
});

test('fragments that spread each other twice are walked once each', () => {
  const fragments = Array.from({ length: 40 }, (_, index) => `fragment F${index} on B { ...F${index + 1} ...F${index + 1} }`);
  const document = `{ a { b { ...F0 } } } ${fragments.join(' ')} fragment F40 on B { other }`;
  expect(asksFor(selectedBy(document), ['b', 'c'])).toBe(false);
});
