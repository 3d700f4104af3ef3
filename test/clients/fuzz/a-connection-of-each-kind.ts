import type { TestGateway } from '../../support/gateway/gateway.ts';

/** What fields of most kinds take, one or the other. */
const LIKELY = [
  'https://a.example.com',
  'a.example.com',
  'a'.repeat(32),
  'postgres',
  'https://account.a.example.com/abc',
  'a@example.com',
  'arn:aws:iam::123456789012:role/a',
  '123456',
];
const MOST_ROUNDS = 60;

const STAGE = 'mutation ($kind: String!, $details: JSONString!) { stageConnection(connectionType: $kind, details: $details) { key } }';

interface Field {
  readonly type?: string;
  readonly enum?: readonly unknown[];
}

export interface MadeConnection {
  readonly kind: string;
  readonly uuid: string;
  readonly integrationId: string;
}

/** Of each kind whose details can be guessed by what its refusals name; the gateway's validators have to say yes to everything. */
export async function addConnections(gateway: TestGateway): Promise<readonly MadeConnection[]> {
  const { data } = await gateway.graphql('{ connectors { kind jsonSchema } }');
  const made: MadeConnection[] = [];
  for (const { kind, jsonSchema } of data.connectors) {
    const key = await stageGuessed(gateway, kind, jsonSchema.properties ?? {});
    const connection = key === null ? null : await add(gateway, kind, key);
    if (connection !== null) made.push({ kind, ...connection });
  }
  return made;
}

async function stageGuessed(gateway: TestGateway, kind: string, fields: Readonly<Record<string, Field>>): Promise<string | null> {
  const details: Record<string, unknown> = {};
  const tried: Record<string, number> = {};
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const { data, errors } = await gateway.graphql(STAGE, { kind, details: JSON.stringify(details) });
    if (errors === undefined) return data.stageConnection.key;
    const path = errors[0]?.extensions.path;
    if (typeof path !== 'string') return null;
    const guesses = guessesFor(fields[path]);
    const next = tried[path] ?? 0;
    if (next === guesses.length) return null;
    tried[path] = next + 1;
    details[path] = guesses[next];
  }
  return null;
}

function guessesFor(field: Field | undefined): readonly unknown[] {
  if (field?.enum !== undefined) return field.enum;
  return { integer: [5432], number: [5432], boolean: [true] }[field?.type ?? ''] ?? LIKELY;
}

/** Which mutation adds a kind is said by its category. */
async function add(gateway: TestGateway, kind: string, key: string): Promise<Omit<MadeConnection, 'kind'> | null> {
  for (const category of ['', 'Bi', 'Etl']) {
    const document = `mutation ($kind: String!, $key: String!, $name: String!) { added: add${category}Connection(connectionType: $kind, key: $key, name: $name) { connection { uuid integrationId } } }`;
    const { data, errors } = await gateway.graphql(document, { kind, key, name: `Of ${kind}` });
    if (errors === undefined) return data.added.connection;
  }
  return null;
}
