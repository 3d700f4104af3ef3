import { afterAll, beforeAll, expect, test } from 'vitest';
import { localActor } from '../../../src/operations/access/prepare-instance.ts';
import { grantAwsRole } from '../../../src/operations/aws/grant-role.ts';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.ts';
import { codeOf } from '../../support/protocol/protocol.ts';
import { describeOnEachEngine } from '../../support/store/engines.ts';

const ROLE = 'arn:aws:iam::111122223333:role/data/reader';
const GRANT = 'mutation ($role: String!, $project: UUID) { grantAwsRole(roleArn: $role, projectId: $project) { roleArn createdBy } }';
const REVOKE = 'mutation ($role: String!) { revokeAwsRole(roleArn: $role) { success } }';
const LIST =
  'query ($project: UUID) { awsRoles(projectId: $project) { projectId hasIdentity externalId trustPolicy grants { roleArn createdBy } } }';
const AUDIT = `{ auditLog(first: 10, filter: { actions: ["aws-role.grant", "aws-role.revoke"] }) {
  edges { node { action entityId actorTokenId details } } } }`;

describeOnEachEngine('roles that the gateway assumes for a project', ({ databaseUrl }) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    const url = await databaseUrl();
    gateway = await startGateway(url === null ? {} : { databaseUrl: url });
  });
  afterAll(() => gateway.close());

  const roles = async (project: string | null = null) => (await gateway.graphql(LIST, { project })).data.awsRoles;

  const makeProject = async (): Promise<string> => {
    const { services } = gateway.app;
    const id = services.newId();
    await services.store.write(async (tx) => {
      await tx.projects.insert({ id, name: id, createdAt: await tx.now() });
    });
    return id;
  };

  test('are granted once and revoked once, and audited with their operator', async () => {
    const granted = [await gateway.graphql(GRANT, { role: ROLE }), await gateway.graphql(GRANT, { role: ROLE })];
    const held = await roles();
    const revoked = [codeOf(await gateway.graphql(REVOKE, { role: ROLE })), codeOf(await gateway.graphql(REVOKE, { role: ROLE }))];
    const rows = (await gateway.graphql(AUDIT)).data.auditLog.edges.map(({ node }: { node: object }) => node);
    const { projectId } = gateway.app;
    const row = { entityId: projectId, actorTokenId: gateway.owner.id, details: { roleArn: ROLE } };
    expect({
      granted: granted.map(({ data }) => data.grantAwsRole),
      held: held.grants,
      revoked,
      left: (await roles()).grants,
      rows,
    }).toEqual({
      granted: [
        { roleArn: ROLE, createdBy: gateway.owner.id },
        { roleArn: ROLE, createdBy: gateway.owner.id },
      ],
      held: [{ roleArn: ROLE, createdBy: gateway.owner.id }],
      revoked: ['ok', 'NOT_FOUND'],
      left: [],
      rows: [
        { action: 'aws-role.revoke', ...row },
        { action: 'aws-role.grant', ...row },
      ],
    });
  });

  test('are told with the external id that is issued to this project alone, and stays the same over a restart', async () => {
    const { projectId } = gateway.app;
    const other = await makeProject();
    const before = await roles();
    const foreign = await roles(other);
    await gateway.restart();
    const { externalId, trustPolicy, ...rest } = before;
    expect({
      rest,
      form: /^changeover-[\w-]{43}$/.test(externalId),
      policy: JSON.parse(trustPolicy),
      isTheSame: (await roles()).externalId === externalId,
      isForeign: foreign.externalId === externalId,
      foreign: foreign.projectId,
    }).toEqual({
      rest: { projectId, hasIdentity: false, grants: [] },
      form: true,
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { AWS: "ARN of the gateway's user" },
            Action: 'sts:AssumeRole',
            Condition: { StringEquals: { 'sts:ExternalId': externalId } },
          },
        ],
      },
      isTheSame: true,
      isForeign: false,
      foreign: other,
    });
  });

  test.each([
    ['a name', 'reader'],
    ['a pattern', 'arn:aws:iam::111122223333:role/*'],
    ['a user', 'arn:aws:iam::111122223333:user/reader'],
    ['a session', 'arn:aws:sts::111122223333:assumed-role/reader/x'],
    ['a line after it', `${ROLE}\n`],
    ['2,049 characters', `arn:aws:iam::111122223333:role/${'x'.repeat(2018)}`],
  ])('are named by the ARN of a role alone: %s is BAD_REQUEST', async (_, role) => {
    const { errors } = await gateway.graphql(GRANT, { role });
    expect({ code: errors?.[0]?.extensions.code, path: errors?.[0]?.extensions.path, grants: (await roles()).grants }).toEqual({
      code: 'BAD_REQUEST',
      path: 'roleArn',
      grants: [],
    });
  });

  test('of a project that does not exist are NOT_FOUND', async () => {
    const project = '00000000-0000-7000-8000-000000000000';
    expect({
      grant: codeOf(await gateway.graphql(GRANT, { role: ROLE, project })),
      list: codeOf(await gateway.graphql(LIST, { project })),
    }).toEqual({ grant: 'NOT_FOUND', list: 'NOT_FOUND' });
  });

  test('are at most 100 of a project', async () => {
    const project = await makeProject();
    const local = localActor(project, 'test', { id: 'test', ip: null, client: {} });
    for (let at = 0; at < 100; at += 1) await grantAwsRole(gateway.app.services, local, { roleArn: `${ROLE}-${at}` });
    expect({
      next: codeOf(await gateway.graphql(GRANT, { role: ROLE, project })),
      known: codeOf(await gateway.graphql(GRANT, { role: `${ROLE}-7`, project })),
    }).toEqual({
      next: 'LIMIT_EXCEEDED',
      known: 'ok',
    });
  });
});
