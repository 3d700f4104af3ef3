import {
  execute,
  type GraphQLFieldResolver,
  type GraphQLInputType,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  parse,
} from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { Deadline } from '../../../src/admission/deadline.ts';
import { DomainError } from '../../../src/domain/errors/errors.ts';
import { AnswerBudget } from '../../../src/graphql/plugins/budget/answer-budget.ts';
import { createContext } from '../../../src/graphql/schema/context.ts';
import { createSchema } from '../../../src/graphql/schema/schema.ts';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { startGateway } from '../../support/gateway/gateway.ts';

const gateway = await startGateway();
afterAll(() => gateway.close());
const { services, projectId } = gateway.app;
const actor = localActor(projectId, 'arguments', { id: 'arguments', ip: null, client: {} });

const schema = createSchema(services);
const FIELDS = [
  ...Object.values(schema.getQueryType()?.getFields() ?? {}).map((field) => ({ field, kind: 'query' })),
  ...Object.values(schema.getMutationType()?.getFields() ?? {}).map((field) => ({ field, kind: 'mutation' })),
].filter(({ field }) => field.args.length > 0);
type Operation = (typeof FIELDS)[number];

/** Arguments that need not be read, and why. */
const HELD_ANYWAY: Readonly<Record<string, string>> = {
  'getSupportedValidationsV2 includeInternal': 'no validator is internal',
  'testAgentReachability validationName': 'there is no agent, which is the answer',
};

const keyOf = async (field: string, details: string) => {
  const document = `mutation { ${field}(connectionDetails: ${details}, validationName: "save_credentials") { key } }`;
  return `"${(await gateway.graphql(document)).data[field].key}"`;
};
const webhookKey = () =>
  keyOf('testWebhookCredentialsV2', '{ url: "https://hooks.example.com/x", signingSecret: "a signing secret of the test" }');
const kafkaKey = () => keyOf('testSelfHostedKafkaCredentials', '{ cluster: "c", url: "https://kafka.example.com", authType: NO_AUTH }');
const dbtKey = () => keyOf('testDbtCloudCredentialsV2', '{ dbtCloudApiToken: "t", dbtCloudAccountId: "7" }');

/** What an operation needs to come as far as its other arguments. */
const USUAL: Readonly<Record<string, () => Promise<string> | string>> = {
  validationName: () => '"save_credentials"',
  connectionType: () => '"webhook"',
  key: webhookKey,
};
const NEEDED: Readonly<Record<string, Readonly<Record<string, () => Promise<string> | string>>>> = {
  addConnection: { connectionType: () => '"dbt-cloud"', key: dbtKey },
  addBiConnection: { key: webhookKey, name: () => '"looks"' },
  addEtlConnection: { key: webhookKey },
  addStreamingConnection: { connectionType: () => '"self-hosted-kafka"', key: kafkaKey, newClusterId: () => '"c"' },
  testDatabaseCredentials: { connectionType: () => '"redshift"', dbType: () => '"redshift"' },
  testSelfHostedCredentials: {
    connectionType: () => '"webhook"',
    selfHostingMechanism: () => '"file"',
    selfHostingKey: () => '"/nowhere"',
  },
};

/** Dotted names of arguments, and of the members of what all tests take. Other inputs are details of kinds, which refuse by name what they have not. */
function argumentPathsOf({ field }: Operation): readonly string[] {
  return field.args.flatMap(({ name, type }) => [name, ...(name === 'connectionOptions' ? membersOf(type, name) : [])]);
}

function membersOf(type: GraphQLInputType, path: string): readonly string[] {
  const named = getNamedType(type);
  const members = isInputObjectType(named) ? Object.values(named.getFields()) : [];
  return members.flatMap((member) => {
    const below = membersOf(member.type, `${path}.${member.name}`);
    return below.length === 0 ? [`${path}.${member.name}`] : below;
  });
}

/** A literal of a type: what it requires, and what leads to the place. */
function literal(type: GraphQLInputType, path: string, place: string): string {
  const named = getNullableType(type);
  if (isListType(named)) return `[${literal(named.ofType, path, place)}]`;
  if (isEnumType(named)) return named.getValues()[0]?.name ?? '';
  if (isInputObjectType(named)) {
    const given = Object.values(named.getFields()).filter(
      ({ name, type: of }) => isNonNullType(of) || `${place}.`.startsWith(`${path}.${name}.`),
    );
    return `{ ${given.map((member) => `${member.name}: ${literal(member.type, `${path}.${member.name}`, place)}`).join(', ')} }`;
  }
  return LITERALS[named.name] ?? '"x"';
}

const LITERALS: Readonly<Record<string, string>> = {
  Int: '1',
  Float: '1',
  Boolean: 'true',
  UUID: '"01890000-0000-7000-8000-000000000000"',
  JSONString: '"{}"',
  DateTime: '"2030-01-01T00:00:00Z"',
};

/** What is read of an object goes into the list, by dotted names. What is copied whole is read whole. */
function watched(value: unknown, path: string, reads: Set<string>): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return new Proxy(value, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof key !== 'string') return member;
      const at = path === '' ? key : `${path}.${key}`;
      reads.add(at);
      return watched(member, at, reads);
    },
  });
}

/** Whether the operation reads what is given at the place, or refuses it by its name. */
async function isTaken({ field, kind }: Operation, place: string): Promise<boolean> {
  const needed = { ...USUAL, ...NEEDED[field.name] };
  const reads = new Set<string>();
  const given: string[] = [];
  for (const { name, type } of field.args) {
    const isMeant = `${place}.`.startsWith(`${name}.`);
    if (!isMeant && !isNonNullType(type) && NEEDED[field.name]?.[name] === undefined) continue;
    given.push(
      `${name}: ${(isMeant && needed[name] === undefined) || needed[name] === undefined ? literal(type, name, place) : await needed[name]()}`,
    );
  }
  const selection = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
  const document = parse(`${kind} { ${field.name}(${given.join(', ')}) ${selection} }`);
  const deadline = new Deadline();
  const contextValue = createContext(services, actor, { deadline, answer: new AnswerBudget(deadline) });
  const { resolve } = field;
  if (resolve === undefined) throw new Error(`${field.name} has no resolver`);
  const watching: GraphQLFieldResolver<unknown, unknown> = (root, args, context, info) =>
    resolve(root, watched(args, '', reads) as typeof args, context, info);
  field.resolve = watching;
  try {
    const { errors = [] } = await execute({ schema, document, contextValue });
    const cause = errors[0]?.originalError;
    return reads.has(place) || (cause instanceof DomainError && cause.details.path === place);
  } finally {
    field.resolve = resolve;
  }
}

test.each(FIELDS.map((one) => [one.field.name, one] as const))(
  'every argument of %s is read, or refused by its name',
  async (name, one) => {
    const forgotten: string[] = [];
    for (const place of argumentPathsOf(one))
      if (HELD_ANYWAY[`${name} ${place}`] === undefined && !(await isTaken(one, place))) forgotten.push(place);
    expect(forgotten).toEqual([]);
  },
);
