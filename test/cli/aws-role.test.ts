import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestCommandLine } from '../support/gateway/command-line.ts';
import { startGateway, type TestGateway } from '../support/gateway/gateway.ts';

const ROLE = 'arn:aws:iam::111122223333:role/reader';
let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(async () => {
  await commandLine.close();
  await gateway.close();
});

const commandLine = createTestCommandLine(() => gateway);
const changeover = (...args: readonly string[]) => commandLine.run(args);

test('an operator grants a role, and is told what its owner puts into the trust policy', async () => {
  const { data } = await gateway.graphql('{ awsRoles { externalId trustPolicy } }');
  const { externalId, trustPolicy } = data.awsRoles;
  const told = [
    `External id of the project: ${externalId}`,
    `Trust policy of each role: ${trustPolicy}`,
    'The gateway has no AWS identity yet: set CHANGEOVER_AWS_KEY_FILE, or CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE.',
  ];
  const lines = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await changeover('aws-role', ...args);
    return code === 0 ? stdout.trimEnd().split('\n') : [stderr.trimEnd()];
  };
  const granted = await lines('grant', '--role', ROLE);
  const listed = await lines('list');
  const json = JSON.parse((await changeover('aws-role', 'list', '--json')).stdout);
  const revoked = await lines('revoke', '--role', ROLE);
  expect({
    granted,
    listed: listed.map((line) => line.replace(/\d{4}-\d\d-\d\d \S+Z$/, 'TIME').replace(/ {2,}/, '  ')),
    json: json.grants.map(({ roleArn }: { roleArn: string }) => roleArn),
    revoked,
    left: (await lines('list'))[0],
    none: await lines('grant'),
  }).toEqual({
    granted: [`Granted ${ROLE}.`, ...told],
    listed: ['ROLE  SINCE', `${ROLE}  TIME`, ...told],
    json: [ROLE],
    revoked: [`Revoked ${ROLE}.`],
    left: '(none)',
    none: [expect.stringContaining('--role')],
  });
});
