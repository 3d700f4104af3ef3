import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ERROR_CODES } from '../../src/domain/errors/errors.ts';
import { formsOf } from '../contracts/connector.ts';
import { THROUGH_YOGA } from '../support/gateway/both-ways.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';
import { startGatewayProcess } from '../support/gateway/gateway-process.ts';
import { sweep } from '../support/run/sweep.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const canary = `CNRY${randomBytes(16).toString('hex')}`;
const ID = '00000000-0000-7000-8000-000000000000';

/** Wrong in every place: the canary where a type does not take it, beside values that fit. */
const WRONG: readonly unknown[] = [
  canary,
  { password: canary, field: canary },
  [canary],
  [[canary]],
  { port: canary },
  { nested: { deep: canary } },
  1.5,
  true,
];

function fitting(type: GraphQLInputType): unknown {
  if (isNonNullType(type)) return fitting(type.ofType);
  if (isListType(type)) return [fitting(type.ofType)];
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type))
        .map((field) => [field.name, fitting(field.type)]),
    );
  const named = getNamedType(type);
  if ('getValues' in named) return named.getValues()[0]?.name;
  return (
    { UUID: ID, Int: 1, Boolean: true, DateTime: '2026-01-01T00:00:00Z', JSONString: JSON.stringify({ password: canary }) }[named.name] ??
    canary
  );
}

function* wrongValues(type: GraphQLInputType): Generator<unknown> {
  yield* WRONG;
  const named = getNamedType(type);
  if (!isInputObjectType(named)) return;
  const base = fitting(named) as Record<string, unknown>;
  yield { ...base, notAField: canary };
  for (const field of Object.values(named.getFields())) {
    for (const wrong of [canary, { a: canary }, [canary], 12]) yield { ...base, [field.name]: wrong };
  }
}

function documentOf(kind: string, field: GraphQLField<unknown, unknown>): string {
  const selection = isLeafType(getNamedType(field.type)) ? '' : ' { __typename }';
  if (field.args.length === 0) return `${kind} { ${field.name}${selection} }`;
  return `${kind} (${field.args.map(({ name, type }) => `$${name}: ${type}`).join(', ')}) { ${field.name}(${field.args.map(({ name }) => `${name}: $${name}`).join(', ')})${selection} }`;
}

/** Every argument of every operation with every wrong value, as variables and written into the document. */
function* requestsOf(schema: GraphQLSchema): Generator<{ readonly what: string; readonly query: string; readonly variables: object }> {
  for (const [kind, type] of [
    ['query', schema.getQueryType()],
    ['mutation', schema.getMutationType()],
  ] as const) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      // What an answer selects would show names and keys to whom they belong; errors are what is looked at here.
      const query = documentOf(kind, field);
      const fit = Object.fromEntries(field.args.map((argument: GraphQLArgument) => [argument.name, fitting(argument.type)]));
      for (const argument of field.args) {
        const what = `${field.name}.${argument.name}`;
        for (const wrong of sweep([...wrongValues(argument.type)], 5)) yield { what, query, variables: { ...fit, [argument.name]: wrong } };
        for (const literal of sweep([`"${canary}"`, canary, `{password: "${canary}", port: "${canary}"}`, `[{password: ${canary}}]`], 2))
          yield {
            what: `${what}: ${literal}`,
            query: `${kind} { ${field.name}(${argument.name}: ${literal}) { __typename } }`,
            variables: {},
          };
      }
    }
  }
}

test('no reply, header or log shows a value of any operation, with wrong types in every place (O1-O3, #31-33)', async () => {
  const server = await startGatewayProcess({
    settings: { CHANGEOVER_LOG_LEVEL: 'debug', CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000000', CNRY_ENVIRONMENT: canary },
  });
  const leaks: string[] = [];
  const codes = new Set<string>();
  let requests = 0;
  const forms = formsOf(canary).filter((form) => form.length > 8);
  const shows = (text: string) => forms.some((form) => text.includes(form));
  const todo = requestsOf(gateway.app.schema);
  const client = async () => {
    for (const { what, query, variables } of todo) {
      requests += 1;
      const isLong = requests % 2 === 0;
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        // One after the other down both ways.
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${server.owner.secret}`,
          ...(isLong ? THROUGH_YOGA : {}),
        },
        body: JSON.stringify({ query, variables }),
      });
      const text = await response.text();
      if (shows(text) || [...response.headers.values()].some(shows)) leaks.push(what);
      if (response.status >= 500) leaks.push(`${what}: ${response.status}`);
      for (const error of (JSON.parse(text) as { errors?: { extensions: { code: string } }[] }).errors ?? [])
        codes.add(error.extensions.code);
    }
  };
  await Promise.all(Array.from({ length: 8 }, client));
  const outcome = await server.end();
  expect({
    leaks,
    unknownCodes: [...codes].filter((code) => !Object.hasOwn(ERROR_CODES, code) || code === 'INTERNAL'),
    isThorough: requests > 1000,
    logged: shows(server.printed()),
    outcome,
  }).toEqual({ leaks: [], unknownCodes: [], isThorough: true, logged: false, outcome: { code: 0, signal: null } });
}, 600_000);

test('secrets are nowhere in the data directory (N11, #107)', async () => {
  const secret = `CNRY${randomBytes(24).toString('hex')}`;
  await gateway.graphql(
    'mutation ($d: WebhookConnectionDetails!) { testWebhookCredentialsV2(connectionDetails: $d, validationName: "save_credentials") { key } }',
    { d: { url: 'https://hooks.example.com/x', signingSecret: secret } },
  );
  const found = readdirSync(gateway.dataDir).filter((file) => {
    const content = readFileSync(join(gateway.dataDir, file));
    return formsOf(secret).some((form) => form.length > 8 && (content.includes(form) || content.includes(Buffer.from(form, 'utf16le'))));
  });
  expect(found).toEqual([]);
});

for (const [name, body] of [
  ['cut in a string', `{"query":"mutation { x(password: \\"${canary}`],
  ['cut in variables', `{"query":"{getUser{id}}","variables":{"password":"${canary}"`],
  ['bare words', `${canary}`],
  ['trailing text', `{"query":"{getUser{id}}"} ${canary}`],
  ['single quotes', `{'password':'${canary}'}`],
] as const) {
  test(`malformed JSON shows nothing of itself: ${name} (#34)`, async () => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.owner.secret}` },
      body,
    });
    const text = await response.text();
    expect({ isNoFault: response.status < 500, hasCode: text.includes('BAD_REQUEST'), showsSecret: text.includes(canary) }).toEqual({
      isNoFault: true,
      hasCode: true,
      showsSecret: false,
    });
  });
}
