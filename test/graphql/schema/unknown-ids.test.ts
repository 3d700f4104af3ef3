import { readFileSync } from 'node:fs';
import {
  type ArgumentNode,
  buildSchema,
  type FieldNode,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isListType,
  Kind,
  type ObjectFieldNode,
  parse,
  print,
  type ValueNode,
} from 'graphql';
import { afterAll, expect, test } from 'vitest';
import type { Answer } from '../../support/gateway/gateway.ts';
import { type Scene, startScene } from '../../support/operations/matrix-scene.ts';
import { kindRows, ROWS, type Row } from '../../support/operations/operation-matrix.ts';

const UNKNOWN = '01890000-0000-7000-8000-00000000dead';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const schema = buildSchema(readFileSync('schema/schema.graphql', 'utf8'));
const FIELDS = { query: schema.getQueryType()?.getFields() ?? {}, mutation: schema.getMutationType()?.getFields() ?? {} };
const fieldOf = (name: string) => FIELDS.query[name] ?? FIELDS.mutation[name];

const scene = await startScene(null);
afterAll(() => scene.close());

const REDSHIFT = '{ host: "127.0.0.1", port: 5439, dbName: "d", user: "u", password: "a password" }';
const KAFKA = '{ cluster: "c", url: "https://kafka.example.com", authType: NO_AUTH }';

/** `only` names the one argument that its others leave room for. */
type RowOfIds = Row & { readonly only?: string };

/** In place of rows of the matrix that are refused before an id is looked up. */
const MORE: readonly RowOfIds[] = [
  {
    field: 'addRedshiftConsumerConnection',
    when: 'of a Redshift',
    by: ['owner'],
    async ask({ ask, name }) {
      const key = await keyOf(ask, 'testRedshiftCredentialsV2', REDSHIFT);
      const made = await ask(
        'mutation ($k: String!, $n: String!) { addConnection(connectionType: "redshift", key: $k, name: $n, isActive: false) { connection { integrationId } } }',
        {
          k: await keyOf(ask, 'testRedshiftCredentialsV2', REDSHIFT),
          n: name(),
        },
      );
      return `(key: "${key}", producerResourceId: "${made.addConnection.connection.integrationId}", isActive: false) { connection { uuid } }`;
    },
  },
  ...[
    { place: 'mcClusterId', cluster: '' },
    { place: 'streamingSystemId', cluster: ', newClusterId: "c"' },
    { place: 'dcId', cluster: ', newClusterId: "c", newStreamingSystemName: "s", newStreamingSystemType: "self-hosted"' },
  ].map(({ place, cluster }) => ({
    field: 'addStreamingConnection',
    when: `by ${place}`,
    by: ['owner'] as const,
    only: place,
    ask: async ({ ask }: Scene) =>
      `(connectionType: "self-hosted-kafka", key: "${await keyOf(ask, 'testSelfHostedKafkaCredentials', KAFKA)}"${cluster}) { connection { uuid } }`,
  })),
];

async function keyOf(ask: Scene['ask'], field: string, details: string): Promise<string> {
  const made = await ask(`mutation { ${field}(connectionDetails: ${details}, validationName: "save_credentials") { key } }`);
  return made[field].key;
}

/** Ids that nothing is looked up by, or that are half of what is. */
const NOT_LOOKED_UP: Readonly<Record<string, string>> = {
  'pingDataCollector traceId': 'is echoed',
  'registerConsumer id': "is the new one's",
  'removeConsumer id': 'wants it gone, which it is',
  'resealConnections after': 'is where to go on',
  'revokeSecrets projectId': 'is told by the grant that it has not',
  'revokeAwsRole projectId': 'is told by the grant that it has not',
  'releaseSecret projectId': 'is told by the secret that it has not',
};
/** One answer to a key that is not there and to one of something else, so that nobody can tell these apart. */
const TOLD_BY: Readonly<Record<string, string>> = {
  'commitChange connectionId': 'tempCredentialsKey',
  'commitPreview connectionId': 'tempCredentialsKey',
  'updateCredentialsV2 connectionId': 'tempCredentialsKey',
  'allowSecretDestination projectId': 'changeId',
  // Asked with a change, of which it takes the place.
  'allowSecretDestination connectionId': 'changeId',
};

/** Where the operation takes ids: arguments of that type, members of their inputs, and texts that the row gives an id to. */
function argumentPathsOf(node: FieldNode): readonly string[] {
  const given = new Map((node.arguments ?? []).map(({ name, value }) => [name.value, value]));
  return (fieldOf(node.name.value)?.args ?? []).flatMap(({ name, type }) => {
    const named = getNamedType(type);
    const value = given.get(name);
    if (named.name === 'UUID' || (value?.kind === Kind.STRING && UUID.test(value.value))) return [name];
    const members = isInputObjectType(named) ? Object.values(named.getFields()) : [];
    return members.filter((member) => getNamedType(member.type).name === 'UUID').map((member) => `${name}.${member.name}`);
  });
}

/** The same with the id of nothing at the place. */
function withUnknown(node: FieldNode, place: string): FieldNode {
  const [name = '', member] = place.split('.');
  const given = node.arguments?.find((one) => one.name.value === name)?.value;
  const type = fieldOf(node.name.value)?.args.find((one) => one.name === name)?.type;
  const id: ValueNode = { kind: Kind.STRING, value: UNKNOWN };
  const beside = given?.kind === Kind.OBJECT ? given.fields.filter((one) => one.name.value !== member) : [];
  const value: ValueNode =
    member !== undefined
      ? { kind: Kind.OBJECT, fields: [...beside, named<ObjectFieldNode>(Kind.OBJECT_FIELD, member, id)] }
      : type !== undefined && isListType(getNullableType(type))
        ? { kind: Kind.LIST, values: [id] }
        : id;
  const others = (node.arguments ?? []).filter((one) => one.name.value !== name);
  return { ...node, arguments: [...others, named<ArgumentNode>(Kind.ARGUMENT, name, value)] };
}

function named<T>(kind: Kind, name: string, value: ValueNode): T {
  return { kind, name: { kind: Kind.NAME, value: name }, value } as T;
}

/** Asked anew for each place, since what a row makes may be used up. */
async function fieldNodeOf(row: Row): Promise<FieldNode> {
  const [operation] = parse(`{ ${row.field}${await row.ask(scene)} }`).definitions;
  const [field] = operation?.kind === Kind.OPERATION_DEFINITION ? operation.selectionSet.selections : [];
  if (field?.kind !== Kind.FIELD) throw new Error(`${row.field} is no field`);
  return field;
}

/** By what the answer says the id: the argument, or that a filter finds nothing. */
function told({ data, errors }: Answer, field: string): string {
  const [error] = errors ?? [];
  if (error !== undefined) return String(error.extensions.path).replace(/\.0$/, '');
  const found = data?.[field];
  return Array.isArray(found?.edges ?? found) && (found.edges ?? found).length === 0 ? 'nothing' : JSON.stringify(found);
}

const ROWS_HERE: readonly RowOfIds[] = [
  ...[...ROWS, ...kindRows(Object.keys(FIELDS.mutation))].filter((row) => MORE.every(({ field }) => field !== row.field)),
  ...MORE,
].filter(({ field }) => fieldOf(field) !== undefined);

test.each(ROWS_HERE.map((row) => [`${row.field}${row.when === undefined ? '' : ` ${row.when}`}`, row] as const))(
  'an id of nothing is told by its argument: %s',
  async (_, row) => {
    const type = FIELDS.mutation[row.field] === undefined ? 'query' : 'mutation';
    const caller = (['operator', 'owner', 'job'] as const).find((one) => row.by.includes(one)) ?? 'admin';
    const paths = argumentPathsOf(await fieldNodeOf(row)).filter(
      (place) => (row.only ?? place) === place && NOT_LOOKED_UP[`${row.field} ${place}`] === undefined,
    );
    const answers: Record<string, string> = {};
    for (const place of paths) {
      const document = `${type} { ${print(withUnknown(await fieldNodeOf(row), place))} }`;
      answers[place] = told(await scene.answer(document, scene.tokens[caller]), row.field);
    }
    const expected = paths.map((place) => {
      const path = TOLD_BY[`${row.field} ${place}`] ?? place;
      const isFilter = type === 'query' && (place.startsWith('filter.') || isOptional(row.field, place));
      // Of what is saved the site is known: any other is refused before it is looked for.
      const others = [...(isFilter ? ['nothing'] : []), ...(path.endsWith('.dcId') ? ['dcId'] : [])];
      return [place, others.length === 0 ? path : expect.stringMatching(new RegExp(`^(${[path, ...others].join('|')})$`))];
    });
    expect(answers).toEqual(Object.fromEntries(expected));
  },
);

test.each([
  ['an inline fragment', (field: string) => `mutation { ... on Mutation { ${field} } }`],
  ['a named fragment', (field: string) => `mutation { ...asked } fragment asked on Mutation { ${field} }`],
  [
    'a fragment in a fragment, spread twice',
    (field: string) =>
      `mutation { ...outer ...outer } fragment outer on Mutation { ... { ...inner } ...inner } fragment inner on Mutation { ${field} }`,
  ],
])('an id of nothing is told by its argument at the root of %s, too', async (_, documentOf) => {
  const field = `asked: setConnectionName(connectionId: "${UNKNOWN}", name: "another") { __typename }`;
  const { errors } = await scene.answer(documentOf(field), scene.tokens.owner);
  expect(errors?.map(({ extensions }) => ({ code: extensions.code, path: extensions.path }))).toEqual([
    { code: 'NOT_FOUND', path: 'connectionId' },
  ]);
});

test('what a scalar holds is not looked into, however deep it is', async () => {
  const answers = [];
  for (const changes of [`{"password": "${UNKNOWN}"}`, `{"password": ${'['.repeat(9000)}${']'.repeat(9000)}}`]) {
    const update = `updateCredentials(changes: ${JSON.stringify(changes)}, connectionId: "${UNKNOWN}") { success }`;
    const { errors } = await scene.answer(`mutation { ${update} }`, scene.tokens.owner);
    answers.push(errors?.map(({ extensions }) => [extensions.code, extensions.path]));
  }
  expect(answers).toEqual([[['NOT_FOUND', 'connectionId']], [['NOT_FOUND', 'connectionId']]]);
});

function isOptional(field: string, place: string): boolean {
  const type = fieldOf(field)?.args.find(({ name }) => name === place)?.type;
  return type !== undefined && getNullableType(type) === type;
}
