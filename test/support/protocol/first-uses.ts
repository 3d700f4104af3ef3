import { v4 as uuidv4 } from 'uuid';
import type { Answer, TestGateway, TestToken } from '../gateway/gateway.ts';
import { codeOf } from './protocol.ts';

const STAGE =
  'mutation ($k: String!, $d: JSONString!, $r: SecretReferenceInput) { stageConnection(connectionType: $k, details: $d, reference: $r) { key } }';
const STAGE_UPDATE =
  'mutation ($id: UUID!, $c: JSONString!, $r: SecretReferenceInput) { stageChange(connectionId: $id, changes: $c, reference: $r) { key } }';
const VALIDATE =
  'mutation ($key: String!, $kind: String!) { testUpdatedCredentialsV2(connectionType: $kind, tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { success errors { code } } } }';
const ADD =
  'mutation ($k: String!, $n: String!, $a: Boolean) { addConnection(connectionType: "webhook", key: $k, name: $n, isActive: $a) { connection { uuid } } }';
const UPDATE = 'mutation ($id: UUID!, $c: JSONString!) { updateCredentials(connectionId: $id, changes: $c) { version } }';
const ENABLE = 'mutation ($id: UUID!) { toggleConnectionEnable(connectionId: $id, enable: true) { success } }';

/** The ways to use a secret that leaves its destination to the connection, as whoever holds this token. */
export function createFirstUses(gateway: TestGateway, token: TestToken) {
  const reference = (path: string, key: string | null) => ({ provider: 'file', path, key });
  const keyOf = (answer: Answer, field: string): string => {
    if (answer.errors !== undefined) throw new Error(answer.text);
    return answer.data[field].key;
  };
  const stageNew = async (path: string, settings: object, key: string | null, kind = 'webhook') =>
    keyOf(await gateway.graphql(STAGE, { k: kind, d: JSON.stringify(settings), r: reference(path, key) }, token), 'stageConnection');
  const validate = async (key: string, kind = 'webhook'): Promise<string> => {
    const answer = await gateway.graphql(VALIDATE, { key, kind }, token);
    if (answer.errors !== undefined) return codeOf(answer);
    const { success, errors } = answer.data.testUpdatedCredentialsV2.validationResult;
    return success ? 'passed' : errors.map(({ code }: { code: string }) => code).join();
  };
  return {
    stageNew,
    validate,
    validateNew: async (path: string, settings: object, key: string | null, kind = 'webhook') =>
      await validate(await stageNew(path, settings, key, kind), kind),
    stageUpdate: async (id: string, path: string, settings: object) =>
      keyOf(await gateway.graphql(STAGE_UPDATE, { id, c: JSON.stringify(settings), r: reference(path, null) }, token), 'stageChange'),
    addNew: async (path: string, settings: object, isActive = true): Promise<string> => {
      const key = await stageNew(path, settings, null);
      const answer = await gateway.graphql(ADD, { k: key, n: uuidv4(), a: isActive }, token);
      if (answer.errors !== undefined) throw new Error(answer.text);
      return answer.data.addConnection.connection.uuid;
    },
    updateAtOnce: (id: string, path: string, settings: object) =>
      gateway.graphql(UPDATE, { id, c: JSON.stringify({ file_path: path, ...settings }) }, token),
    enable: (id: string) => gateway.graphql(ENABLE, { id }, token),
  };
}
