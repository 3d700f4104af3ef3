import { afterAll, beforeAll, expect, test } from 'vitest';
import { VALIDATION_CODES } from '../../../src/domain/connector/validation.ts';
import {
  addWebhook,
  type Receiver,
  stageSecret,
  startGateway,
  startReceiver,
  type TestGateway,
  type TestToken,
} from '../../support/gateway/gateway.ts';

const RESULT = '{ success errors { code cause friendlyMessage resolution } additionalData { returnedData } }';
const FORMS = {
  testExistingConnectionV2: `query ($id: UUID!, $k: String) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") ${RESULT} }`,
  testUpdatedCredentialsV2: `mutation ($k: String!) { testUpdatedCredentialsV2(connectionType: "webhook", tempCredentialsKey: $k, validationName: "validate_connection") { validationResult ${RESULT} } }`,
} as const;

let gateway: TestGateway;
let receiver: Receiver;
let id: string;
beforeAll(async () => {
  [gateway, receiver] = [await startGateway(), await startReceiver()];
  id = await addWebhook(gateway, receiver, 'answers');
});
afterAll(async () => {
  receiver.close();
  await gateway.close();
});

async function validate(form: keyof typeof FORMS, token: TestToken) {
  const k = await stageSecret(gateway, id, 'a signing secret of the next version');
  const { data } = await gateway.graphql(FORMS[form], form === 'testExistingConnectionV2' ? { id } : { k }, token);
  return data[form].validationResult ?? data[form];
}

test.each(['testExistingConnectionV2', 'testUpdatedCredentialsV2'] as const)(
  'what a remote system answered is shown to administrators and owners, and the codes and our own words to editors too: %s',
  async (form) => {
    const [editor, admin, owner] = [await gateway.token('editor'), await gateway.token('admin'), await gateway.token('owner')];
    receiver.status = 418;
    const [toEditor, toAdmin, toOwner] = [await validate(form, editor), await validate(form, admin), await validate(form, owner)];
    receiver.status = 204;
    const { code, friendlyMessage, resolution } = toAdmin.errors[0];
    expect({ toEditor, same: toAdmin.errors[0].cause === toOwner.errors[0].cause, cause: toAdmin.errors[0].cause }).toEqual({
      toEditor: {
        success: false,
        errors: [{ code, cause: VALIDATION_CODES[code as keyof typeof VALIDATION_CODES], friendlyMessage, resolution }],
        additionalData: null,
      },
      same: true,
      cause: expect.stringContaining('418'),
    });
    expect(toOwner.additionalData).toEqual({ returnedData: { status: 418 } });
  },
);
