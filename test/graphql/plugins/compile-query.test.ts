import fc from 'fast-check';
import { buildSchema, execute, type GraphQLFieldResolver, type GraphQLSchema, isObjectType, Kind, parse } from 'graphql';
import { expect, test } from 'vitest';
import { AnswerBudget } from '../../../src/graphql/plugins/budget/answer-budget.ts';
import { compileQuery } from '../../../src/graphql/plugins/compile-query.ts';
import type { Context } from '../../../src/graphql/schema/context.ts';

/** Fields whose name begins with `get`, and those of the query, have a resolver. The query's look into the context. */
const schema = withResolvers(
  buildSchema(`
    scalar UUID
    scalar Anything
    enum Color { RED GREEN }
    interface Named { text: String }
    type Query { node: Node named: Named getNode: Node! getNodes(first: Int = 3, of: Color, like: Like): [Node!] }
    input Like { text: String, deep: Like }
    type Node implements Named {
      text: String
      must: String!
      id: ID
      uuid: UUID
      color: Color
      mustColor: Color!
      yes: Boolean
      int: Int
      float: Float
      any: Anything
      texts: [String]
      mustTexts: [String!]
      matrix: [[Int]]
      node: Node
      nodes: [Node]
      mustNodes: [Node!]!
      getText: String
      getMust: String!
      getNode: Node
      getNodes: [Node]
    }`),
);

function withResolvers(built: GraphQLSchema): GraphQLSchema {
  const lookUp =
    (name: string): GraphQLFieldResolver<Record<string, unknown>, unknown> =>
    (parent, args) => {
      const value = parent[`got ${name}`];
      if (value instanceof Broken) throw value;
      if (Object.keys(args).length > 0 && Array.isArray(value))
        return value.slice(0, Number(args.first)).concat([{ text: JSON.stringify(args) }]);
      return value instanceof Later ? value.begin() : value;
    };
  for (const type of Object.values(built.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const resolve = lookUp(field.name);
      if (type.name === 'Query') field.resolve = (_, args, context: Record<string, unknown>, info) => resolve(context, args, context, info);
      else if (field.name.startsWith('get')) field.resolve = resolve;
    }
  }
  return built;
}

class Broken extends Error {}

/** What comes later, or never; anew whenever it is asked for. */
class Later {
  readonly #value: unknown;
  constructor(value: unknown) {
    this.#value = value;
  }
  async begin(): Promise<unknown> {
    await Promise.resolve();
    if (this.#value instanceof Broken) throw this.#value;
    return this.#value;
  }
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('"', '\\', '\u2028', '\ud800', 'a\nb', ''));
const oddObject = fc.constantFrom<unknown>(null, undefined, {}, [], new Broken('no'));
const odd = fc.oneof(oddObject, fc.constantFrom<unknown>(5, true, '', Number.NaN));
/** Mostly what a field asks for, and at times what it does not. */
const mostly = (usual: fc.Arbitrary<unknown>, unusual = odd) =>
  fc.oneof({ weight: 30, arbitrary: usual }, { weight: 1, arbitrary: unusual });
const later = (value: fc.Arbitrary<unknown>) =>
  fc.oneof(
    value,
    value.map((found) => new Later(found)),
  );
const { node } = fc.letrec<{ node: unknown }>((tie) => {
  const some = fc.array(mostly(tie('node'), oddObject), { maxLength: 3 });
  const one = fc.option(tie('node'), { depthIdentifier: 'node' });
  const several = fc.oneof({ depthIdentifier: 'node', depthSize: 'small', withCrossShrink: true }, fc.constant([]), some);
  return {
    node: fc.record({
      text: mostly(fc.option(text)),
      must: mostly(text),
      id: mostly(fc.oneof(text, fc.integer())),
      uuid: mostly(fc.uuid()),
      color: mostly(fc.constantFrom('RED', 'GREEN')),
      mustColor: mostly(fc.constantFrom('RED', 'GREEN')),
      yes: mostly(fc.boolean()),
      int: mostly(fc.integer()),
      float: mostly(fc.double({ noNaN: true, noDefaultInfinity: true })),
      any: mostly(fc.jsonValue()),
      texts: mostly(fc.array(mostly(text), { maxLength: 3 })),
      mustTexts: mostly(fc.array(text, { maxLength: 3 })),
      matrix: mostly(fc.array(fc.array(fc.integer(), { maxLength: 2 }), { maxLength: 2 })),
      node: one,
      nodes: several,
      mustNodes: several,
      'got getText': later(mostly(text)),
      'got getMust': later(mostly(text)),
      'got getNode': later(one),
      'got getNodes': later(several),
    }),
  };
});

const LEAVES = 'text must id uuid color mustColor yes int float any texts mustTexts matrix';
const DOCUMENTS = [
  `{ node { ${LEAVES} getText getMust } }`,
  `{ getNode { ${LEAVES} node { ${LEAVES} } nodes { text getMust } mustNodes { must getText } } }`,
  '{ again: getNode { __typename a: text b: text text getNode { getNode { getText } } getNodes { getNodes { text } } } }',
  '{ getNodes { ...Some nodes { ...Some } } } fragment Some on Node { text ... on Named { text } ... { int node { int } } node { text } }',
  'query ($first: Int, $of: Color, $text: String) { getNodes(first: $first, of: $of, like: { text: $text, deep: { text: "x" } }) { text } }',
];

test.each(DOCUMENTS)(
  'code for a query writes what the executor of graphql gives, or leaves to it what holds an error: %s',
  async (source) => {
    const document = parse(source);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the first definition is the operation');
    const compiled = compileQuery(schema, document, operation);
    if (compiled === null) throw new Error('it was not compiled');
    let written = 0;
    await fc.assert(
      fc.asyncProperty(
        node,
        fc.record({ first: fc.integer({ min: 0, max: 3 }), of: fc.constantFrom('RED', 'BLUE', null), text }),
        async (root, variableValues) => {
          const answer = new AnswerBudget(new AbortController());
          const contextValue = { answer, 'got node': root, 'got getNode': root, 'got getNodes': [root, root] };
          // These resolvers know no other context.
          const found = await compiled(contextValue as unknown as Context, variableValues);
          const expected = await execute({ schema, document, contextValue, variableValues });
          if (found === null) expect(expected.errors).toBeDefined();
          else {
            expect(found).toBe(JSON.stringify(expected));
            written += 1;
          }
        },
      ),
      { numRuns: 300 },
    );
    // Most of them hold no error.
    expect(written).toBeGreaterThan(50);
  },
);

test.each(['{ node { text @skip(if: false) } }', '{ named { text } }', '{ __schema { types { name } } }'])(
  'what is known only when it runs is left to the executor of graphql: %s',
  (source) => {
    const document = parse(source);
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('the first definition is the operation');
    expect(compileQuery(schema, document, operation)).toBeNull();
  },
);
