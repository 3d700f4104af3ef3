import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { externalIdOf } from '../../../src/operations/aws/external-id.ts';
import { grantAwsRole, revokeAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { formsOf } from '../../contracts/connector.ts';
import { fakeGlue } from '../../support/fakes/aws/data-services.ts';
import { type AwsRole, startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { arnOf, REGION, userOf } from '../../support/fakes/aws/test-account.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { ACQUIRE, codeOf } from '../../support/protocol/protocol.ts';

const SECRET = `CNRY${randomBytes(16).toString('hex')}`;
const READER = arnOf('role', 'reader');
const THEIRS = arnOf('role', 'reader-of-another');
const ALLOW = ['glue:GetDatabases', 'glue:GetTables', 'glue:GetPartitions'];
const user = { ...userOf('gateway', ['sts:AssumeRole']), secretAccessKey: SECRET };
const roles: AwsRole[] = [];
const aws = await startFakeAws({ users: [user], roles, region: REGION, services: { glue: fakeGlue({ sales: ['orders'] }) } });

const file = join(mkdtempSync(join(tmpdir(), 'changeover-aws-')), 'key.json');
writeFileSync(file, JSON.stringify({ AccessKeyId: user.accessKeyId, SecretAccessKey: SECRET }), { mode: 0o600 });
const gateway = await startGateway({
  settings: { CHANGEOVER_AWS_KEY_FILE: file, CHANGEOVER_AWS_ENDPOINTS: `sts=${aws.url},glue=${aws.url}` },
});
const bare = await startGateway();
afterAll(async () => {
  aws.close();
  await gateway.close();
  await bare.close();
});

const { services, projectId } = gateway.app;
const local = localActor(projectId, 'test', { id: 'test', ip: null, client: {} });
const OWN = externalIdOf(services, projectId);
const other = services.newId();
await services.store.write(async (tx) => await tx.projects.insert({ id: other, name: 'another', createdAt: await tx.now() }));
// Each role asks for the external id of the one project that it is for.
roles.push({ arn: READER, trusts: [user.arn], externalId: OWN, allow: ALLOW });
roles.push({ arn: THEIRS, trusts: [user.arn], externalId: externalIdOf(services, other), allow: ALLOW });
await grantAwsRole(services, local, { roleArn: THEIRS, projectId: other });

const TEST = `mutation ($d: GlueConnectionDetails!, $v: String!) { testGlueCredentialsV2(connectionDetails: $d, validationName: $v) {
  key validationResult { success errors { code cause friendlyMessage resolution } } } }`;
const ADD = `mutation ($key: String!, $name: String!) {
  addConnection(connectionType: "glue", key: $key, name: $name, createWarehouseType: "data-lake") { connection { uuid } } }`;

async function tested(details: object, { at = gateway, validator = 'validate_connection' }: { at?: TestGateway; validator?: string } = {}) {
  const { data, errors } = await at.graphql(TEST, { d: { awsRegion: REGION, ...details }, v: validator });
  return errors?.[0]?.extensions ?? data.testGlueCredentialsV2;
}
const resultOf = async (...of: Parameters<typeof tested>) => {
  const { success, errors } = (await tested(...of)).validationResult;
  return { success, errors: errors.map(({ code, resolution }: { code: string; resolution: string }) => ({ code, resolution })) };
};

/** What the command line of the lead API gives. */
const details = { assumableRole: READER, externalId: OWN };

beforeEach(async () => {
  aws.asked.length = 0;
  await grantAwsRole(services, local, { roleArn: READER });
});

test('a role and the external id of the project are all that a client gives, and the external id may be left out', async () => {
  expect({ both: await resultOf(details), role: await resultOf({ assumableRole: READER }) }).toEqual({
    both: { success: true, errors: [] },
    role: { success: true, errors: [] },
  });
});

test('without a grant the answer says what is missing: the role, the command, and the external id of the trust policy', async () => {
  await revokeAwsRole(services, local, { roleArn: READER });
  const { validationResult } = await tested(details);
  expect({ validationResult, asked: aws.asked }).toEqual({
    validationResult: {
      success: false,
      errors: [
        {
          code: 'AWS_ROLE_NOT_GRANTED',
          cause: 'the role is not granted to the project',
          friendlyMessage: `The operator has not let this project use the gateway's own AWS identity for ${READER}.`,
          resolution: `Have the operator run: changeover aws-role grant --role ${READER} --project ${projectId}. The trust policy of the role has to ask for the external id ${OWN}. Or give accessKeyId and secretAccessKey.`,
        },
      ],
    },
    asked: [],
  });
});

test('a gateway without an identity says so, and what else is missing', async () => {
  const of = bare.app.projectId;
  expect(await resultOf({ assumableRole: READER }, { at: bare })).toEqual({
    success: false,
    errors: [
      {
        code: 'AWS_IDENTITY_MISSING',
        resolution: `Have the operator set CHANGEOVER_AWS_KEY_FILE or CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE, and run: changeover aws-role grant --role ${READER} --project ${of}. The trust policy of the role has to ask for the external id ${externalIdOf(bare.app.services, of)}. Or give accessKeyId and secretAccessKey.`,
      },
    ],
  });
});

test("another project's role is not borrowed: neither by its name, nor with its external id (confused deputy)", async () => {
  const theirId = externalIdOf(services, other);
  const named = await resultOf({ assumableRole: THEIRS });
  const asThem = await resultOf({ assumableRole: THEIRS, externalId: theirId });
  // Even an operator who grants it by mistake does not lend it: the trust policy asks for the other project's id.
  await grantAwsRole(services, local, { roleArn: THEIRS });
  const lent = await resultOf({ assumableRole: THEIRS });
  await revokeAwsRole(services, local, { roleArn: THEIRS });
  const code = ({ errors }: { errors: readonly { code: string }[] }) => errors[0]?.code;
  expect({ named: code(named), asThem: code(asThem), lent: code(lent) }).toEqual({
    named: 'AWS_ROLE_NOT_GRANTED',
    asThem: 'AWS_EXTERNAL_ID',
    lent: 'ACCESS_DENIED',
  });
});

test('an external id of the client is a failed result where it is tested, and refused by its name where it would be stored', async () => {
  const foreign = { assumableRole: READER, externalId: 'of-the-client' };
  const { errors } = await resultOf(foreign);
  const staged = await tested(foreign, { validator: 'save_credentials' });
  expect({ errors, staged: { code: staged.code, path: staged.path, externalId: staged.externalId }, asked: aws.asked }).toEqual({
    errors: [{ code: 'AWS_EXTERNAL_ID', resolution: `Give that, or leave it out, and have the trust policy of ${READER} ask for it.` }],
    staged: { code: 'BAD_REQUEST', path: 'externalId', externalId: OWN },
    asked: [],
  });
});

test('a connection of a role alone is proven, saved and leased: a job gets the role and the external id, and neither key nor session', async () => {
  const { key } = await tested({ assumableRole: READER }, { validator: 'save_credentials' });
  const added = await gateway.graphql(ADD, { key, name: 'a role alone' });
  const id = added.data.addConnection.connection.uuid;
  const job = await gateway.token('job');
  const leased = await gateway.graphql(ACQUIRE, { id }, job);
  const credentials = leased.data.acquireLease.credentials;
  const audit = await gateway.graphql(
    'query ($id: UUID) { auditLog(filter: { entityId: $id, actions: ["change.validate"] }) { edges { node { details } } } }',
    { id },
  );
  const rows = audit.data.auditLog.edges.map(({ node }: { node: { details: { awsRoles?: unknown } } }) => node.details.awsRoles);
  await revokeAwsRole(services, local, { roleArn: READER });
  const revoked = await gateway.graphql(
    'query ($id: UUID!) { testExistingConnectionV2(connectionId: $id, validationName: "validate_connection") { success errors { code } } }',
    { id },
  );
  expect({
    credentials: typeof credentials === 'string' ? JSON.parse(credentials) : credentials,
    roles: [...new Set(rows.map((one: unknown) => JSON.stringify(one)))],
    revoked: revoked.data.testExistingConnectionV2,
  }).toEqual({
    credentials: { assumableRole: READER, externalId: OWN, awsRegion: REGION },
    roles: [JSON.stringify([READER])],
    revoked: { success: false, errors: [{ code: 'AWS_ROLE_NOT_GRANTED' }] },
  });
});

test('a connection with a key of its own asks for no grant, and says any external id', async () => {
  const own = { assumableRole: READER, externalId: 'of-the-client', accessKeyId: user.accessKeyId, secretAccessKey: SECRET };
  const endpoints = { glueEndpoint: aws.url, stsEndpoint: aws.url };
  await revokeAwsRole(services, local, { roleArn: READER });
  expect({
    other: (await resultOf({ ...own, ...endpoints })).errors[0]?.code,
    right: await resultOf({ ...own, ...endpoints, externalId: OWN }),
  }).toEqual({ other: 'ACCESS_DENIED', right: { success: true, errors: [] } });
});

test('where the gateway is sent is not for the details to say', async () => {
  const { errors } = await resultOf({ ...details, stsEndpoint: 'https://sts.example.com' });
  expect({ errors, asked: aws.asked }).toEqual({
    errors: [{ code: 'DETAILS_INVALID', resolution: 'Mend stsEndpoint, then run this one again.' }],
    asked: [],
  });
});

test('a key file that others may read meanwhile is used no more', async () => {
  chmodSync(file, 0o644);
  const { errors } = await resultOf(details);
  chmodSync(file, 0o600);
  expect({ code: errors[0]?.code, isShown: JSON.stringify(errors).includes(file), after: await resultOf(details) }).toEqual({
    code: 'AWS_IDENTITY_MISSING',
    isShown: false,
    after: { success: true, errors: [] },
  });
});

test("the gateway's key is in no answer, and nowhere in the data directory (N5, N11)", async () => {
  const answers = [
    await gateway.graphql('{ awsRoles { externalId trustPolicy grants { roleArn } } }'),
    await gateway.graphql(TEST, { d: { awsRegion: REGION, ...details }, v: 'validate_identity' }),
    await gateway.graphql('{ auditLog(first: 100) { edges { node { details } } } }'),
  ];
  const kept = readdirSync(gateway.dataDir).map((name) => readFileSync(join(gateway.dataDir, name), 'latin1'));
  const all = [...answers.map(({ text }) => text), ...kept].join('\n');
  expect({ ok: answers.map(codeOf), found: formsOf(SECRET).filter((form) => all.includes(form)) }).toEqual({
    ok: ['ok', 'ok', 'ok'],
    found: [],
  });
});
