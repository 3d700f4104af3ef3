import { randomBytes } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { externalIdOf } from '../../../src/operations/aws/external-id.ts';
import { grantAwsRole, revokeAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { type AwsRole, startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { arnOf, REGION, userOf } from '../../support/fakes/aws/test-account.ts';
import { startGateway } from '../../support/gateway/gateway.ts';
import { INTEGRATIONS, positWorld } from './posit-world.ts';

const KEY = `CNRY${randomBytes(16).toString('hex')}`;
const READER = arnOf('role', 'reader');
const UNTRUSTING = arnOf('role', 'untrusting');
const user = { ...userOf('gateway', ['sts:AssumeRole']), secretAccessKey: KEY };
const roles: AwsRole[] = [];
const aws = await startFakeAws({ users: [user], roles, region: REGION, services: {} });
const file = join(mkdtempSync(join(tmpdir(), 'changeover-posit-aws-')), 'key.json');
writeFileSync(file, JSON.stringify({ AccessKeyId: user.accessKeyId, SecretAccessKey: KEY }), { mode: 0o600 });
const world = positWorld(() => startGateway({ settings: { CHANGEOVER_AWS_KEY_FILE: file, CHANGEOVER_AWS_ENDPOINTS: `sts=${aws.url}` } }));
afterAll(() => aws.close());

const { ask, register } = world;
const AWS = 'urn:ietf:params:aws:token-type:credentials';

const account = async (roleArn = READER, more = {}) =>
  await world.create({ auth_type: 'Service Account', role_arn: roleArn, region: REGION, ...more }, { template: 'aws' });
const operator = () => {
  const { services, projectId } = world.gateway.app;
  return { services, local: localActor(projectId, 'test', { id: 'test', ip: null, client: {} }) };
};
const grant = async (roleArn = READER) => {
  const { services, local } = operator();
  await grantAwsRole(services, local, { roleArn });
};
const revoke = async (roleArn = READER) => {
  const { services, local } = operator();
  await revokeAwsRole(services, local, { roleArn });
};
const verify = async ({ guid }: { readonly guid: string }) => {
  const { status, text, body } = await ask(`POST ${INTEGRATIONS}/${guid}/verify`);
  return { status, told: body ?? text };
};

/** What content asks for with its session token. */
async function exchange(integration: { readonly guid: string }, requested: string | null = AWS) {
  const { guid, sessionToken } = await register();
  await ask(`PUT /v1/content/${guid}/oauth/integrations/associations`, { body: [{ oauth_integration_guid: integration.guid }] });
  const fields = {
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token_type: 'urn:posit:connect:content-session-token',
    subject_token: sessionToken,
    ...(requested === null ? {} : { requested_token_type: requested }),
  };
  const answer = await ask(`POST ${INTEGRATIONS}/credentials`, {
    token: world.tokens.viewer,
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  return { ...answer, contentGuid: guid };
}

const keyIn = (accessToken: string) => JSON.parse(Buffer.from(accessToken, 'base64').toString('utf8'));

beforeEach(async () => {
  aws.asked.length = 0;
  const { services, projectId } = world.gateway.app;
  const externalId = externalIdOf(services, projectId);
  roles.splice(
    0,
    roles.length,
    { arn: READER, trusts: [user.arn], externalId, allow: [] },
    { arn: UNTRUSTING, trusts: [], externalId, allow: [] },
  );
  await grant();
});

describe('a service account of AWS whose role the operator granted', () => {
  test('is verified by assuming the role, with the external id of the project', async () => {
    const integration = await account();
    const verified = await verify(integration);
    expect({ verified, asked: new Set(aws.asked), type: integration.auth_type, config: integration.config }).toEqual({
      verified: { status: 200, told: '' },
      asked: new Set(['sts:AssumeRole']),
      type: 'Service Account',
      config: { auth_type: 'Service Account', role_arn: READER, region: REGION },
    });
  });

  test('gives content a temporary key of the role, with which AWS knows it; the gateway shows nothing of its own', async () => {
    const integration = await account();
    const { status, body, text, contentGuid } = await exchange(integration);
    const { accessKeyId, secretAccessKey, sessionToken, expiration, ...others } = keyIn(body.access_token);
    const client = new AwsClient({ accessKeyId, secretAccessKey, sessionToken, service: 'sts', region: REGION });
    const who = await client.fetch(aws.url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'Action=GetCallerIdentity&Version=2011-06-15',
    });
    const { data } = await world.gateway.graphql(
      'query ($id: UUID) { auditLog(filter: { entityId: $id, actions: ["access-token.issue"] }) { edges { node { details } } } }',
      { id: integration.guid },
    );
    expect({
      status,
      body: { ...body, access_token: typeof body.access_token },
      others,
      expiration,
      who: await who.text(),
      audited: data.auditLog.edges.map(({ node }: { node: { details: unknown } }) => node.details),
      shown: [text, Buffer.from(body.access_token, 'base64').toString('utf8')].some((one) => one.includes(KEY)),
    }).toEqual({
      status: 200,
      body: { access_token: 'string', issued_token_type: AWS, token_type: 'aws_credentials', expires_in: 900 },
      others: {},
      expiration: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      who: expect.stringContaining(`:assumed-role/reader/changeover-${world.gateway.app.projectId}`),
      audited: [{ consumerId: contentGuid, version: 1, awsRoles: [READER] }],
      shown: false,
    });
  });

  test('issues keys of AWS and nothing else, which is what is got where no type is asked for', async () => {
    const integration = await account();
    const unsaid = await exchange(integration, null);
    const other = await exchange(integration, 'urn:ietf:params:oauth:token-type:access_token');
    expect({ unsaid: [unsaid.status, unsaid.body.token_type], other: [other.status, other.body] }).toEqual({
      unsaid: [200, 'aws_credentials'],
      other: [400, { code: 242, error: `requested_token_type of this integration is ${AWS}`, payload: null }],
    });
  });

  test('gives a job that leases it the role and the external id, and no key', async () => {
    const { guid } = await account();
    const { data } = await world.gateway.graphql(
      'mutation ($id: UUID!) { acquireLease(connectionId: $id, job: "j") { credentials } }',
      { id: guid },
      world.tokens.job,
    );
    const { credentials } = data.acquireLease;
    expect(typeof credentials === 'string' ? JSON.parse(credentials) : credentials).toMatchObject({
      authType: 'Service Account',
      roleArn: READER,
      externalId: externalIdOf(world.gateway.app.services, world.gateway.app.projectId),
    });
  });
});

describe("one whose role is not the gateway's to assume", () => {
  test('is told by verify and by an exchange who has to do what, though AWS would allow it', async () => {
    await revoke();
    const { services, projectId } = world.gateway.app;
    const integration = await account();
    const says = `The operator has not let this project use the gateway's own AWS identity for ${READER}. Have the operator run: changeover aws-role grant --role ${READER} --project ${projectId}. The trust policy of the role has to ask for the external id ${externalIdOf(services, projectId)}.`;
    const exchanged = await exchange(integration);
    expect({ verified: await verify(integration), exchanged: [exchanged.status, exchanged.body] }).toEqual({
      verified: { status: 400, told: { code: 241, error: says, payload: null } },
      exchanged: [400, { code: 219, error: says, payload: null }],
    });
  });

  test('is told by verify what AWS may have refused, and content that it was refused', async () => {
    await grant(UNTRUSTING);
    const integration = await account(UNTRUSTING);
    const exchanged = await exchange(integration);
    const verified = await verify(integration);
    expect({ verified, exchanged: [exchanged.status, exchanged.body.code, exchanged.body.error.includes(UNTRUSTING)] }).toEqual({
      verified: {
        status: 400,
        told: { code: 241, error: expect.stringContaining(`Check that ${UNTRUSTING} exists, that its trust policy names`), payload: null },
      },
      exchanged: [400, 219, false],
    });
  });

  test('is no service account where users sign in, whatever role is named and granted', async () => {
    const integration = await world.create(
      {
        client_id: 'c',
        client_secret: 's',
        authorization_uri: 'https://idp.invalid/a',
        token_uri: 'https://idp.invalid/t',
        issuer_uri: 'https://idp.invalid',
        role_arn: READER,
      },
      { template: 'aws' },
    );
    const exchanged = await exchange(integration);
    const verified = await verify(integration);
    expect([integration.auth_type, exchanged.body.code, verified.told.code]).toEqual(['Viewer', 220, 240]);
  });

  test.each(['reader', 'arn:aws:iam::123456789012:user/reader', `${READER}?x`])('is refused a role that is none: %s', async (roleArn) => {
    const refused = await account(roleArn);
    expect([refused.code, refused.error]).toEqual([
      228,
      "config key 'role_arn' must be the whole ARN of a role, as in arn:aws:iam::111122223333:role/reader",
    ]);
  });
});
