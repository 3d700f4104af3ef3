import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const ofType = (levels: number): string => (levels === 0 ? '' : `ofType { kind name ${ofType(levels - 1)} }`);
/** Of PyPI's `sgqlc.introspection`, and with it of pycarlo: graphql-js's, with a directive on whatever may be left out. */
const SGQLC = `query IntrospectionQuery($includeDescription: Boolean!, $includeDeprecated: Boolean!) {
  __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType }
    directives { name description @include(if: $includeDescription) locations args { ...InputValue } }
  }
}
fragment FullType on __Type {
  kind name description @include(if: $includeDescription)
  fields(includeDeprecated: $includeDeprecated) {
    name description @include(if: $includeDescription) args { ...InputValue } type { ...TypeRef }
    isDeprecated @include(if: $includeDeprecated) deprecationReason @include(if: $includeDeprecated)
  }
  inputFields { ...InputValue } interfaces { ...TypeRef }
  enumValues(includeDeprecated: $includeDeprecated) {
    name description @include(if: $includeDescription)
    isDeprecated @include(if: $includeDeprecated) deprecationReason @include(if: $includeDeprecated)
  }
  possibleTypes { ...TypeRef }
}
fragment InputValue on __InputValue { name description @include(if: $includeDescription) type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ${ofType(7)} }`;

describe('introspection as tools ask for it', () => {
  test.each([
    { of: 'graphql-js as it comes', query: getIntrospectionQuery(), variables: {} },
    { of: 'graphql-js without descriptions', query: getIntrospectionQuery({ descriptions: false }), variables: {} },
    {
      of: 'graphql-codegen and graphql-inspector, with all that they can ask for',
      query: getIntrospectionQuery({
        descriptions: true,
        specifiedByUrl: true,
        directiveIsRepeatable: true,
        schemaDescription: true,
        inputValueDeprecation: true,
        oneOf: true,
      }),
      variables: {},
    },
    { of: 'sgqlc', query: SGQLC, variables: { includeDescription: true, includeDeprecated: true } },
    { of: 'sgqlc without what is deprecated', query: SGQLC, variables: { includeDescription: false, includeDeprecated: false } },
  ])('passes every limit: $of', async ({ query, variables }) => {
    const { status, errors, data } = await gateway.graphql(query, variables);
    expect({ status, errors, hasTypes: data?.__schema.types.length > 200 }).toEqual({ status: 200, errors: undefined, hasTypes: true });
  });
});

const aliases = (count: number, field: string) => `{ ${Array.from({ length: count }, (_, index) => `a${index}: ${field}`).join(' ')} }`;

test.each([
  ['the schema', aliases(8, '__schema { types { name description fields { name args { name } type { name kind } } } }')],
  ['a type', aliases(15, '__type(name: "Mutation") { fields { name args { name type { name kind ofType { name kind } } } } }')],
])('%s under many names is charged as other objects are, and ends with LIMIT_EXCEEDED', async (_, query) => {
  const { errors } = await gateway.graphql(query);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'LIMIT_EXCEEDED', limit: 50_000 });
});

test('a block of queries and mutations that is sent as one document is answered with the names to choose from', async () => {
  const { errors } = await gateway.graphql(
    'query getServices { getPlatformServices { name } } mutation update { updateCredentialsV2(connectionId: "x", tempCredentialsKey: "k") { success } }',
  );
  expect(errors?.map(({ message, extensions: { code, path, known } }) => ({ message, code, path, known }))).toEqual([
    {
      message: 'Name one of the operations of the document in operationName: getServices, update.',
      code: 'BAD_REQUEST',
      path: 'operationName',
      known: ['getServices', 'update'],
    },
  ]);
});
