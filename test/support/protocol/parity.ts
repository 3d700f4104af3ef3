import type { Answer, TestGateway, TestToken } from '../gateway/gateway.ts';

const STAGE_NEW = 'mutation ($k: String!, $d: JSONString!) { stageConnection(connectionType: $k, details: $d) { key } }';
const ADD =
  'mutation ($k: String!, $key: String!, $n: String!) { addConnection(connectionType: $k, key: $key, name: $n) { connection { uuid } } }';
const STAGE = 'mutation ($id: UUID!, $c: JSONString!) { stageChange(connectionId: $id, changes: $c) { key } }';

/** Adds a connection of any kind over the API. */
export async function addOfKind(gateway: TestGateway, kind: string, details: object, name: string): Promise<string> {
  const staged = await gateway.graphql(STAGE_NEW, { k: kind, d: JSON.stringify(details) });
  const added = await gateway.graphql(ADD, { k: kind, key: staged.data.stageConnection.key, n: name });
  return added.data.addConnection.connection.uuid;
}

export async function stageFields(gateway: TestGateway, id: string, changes: object, token?: TestToken): Promise<string> {
  return (await gateway.graphql(STAGE, { id, c: JSON.stringify(changes) }, token)).data.stageChange.key;
}

/** What a refusal says would be lost, or the code of whatever else the answer is. */
export function lostIn({ errors }: Answer): readonly { readonly permission: string; readonly mend: string }[] | string {
  const refusal = errors?.[0]?.extensions;
  if (refusal === undefined) return 'saved';
  return Array.isArray(refusal.losses) ? refusal.losses : refusal.code;
}
