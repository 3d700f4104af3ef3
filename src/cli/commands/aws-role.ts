import type { Command } from 'commander';
import { grantAwsRole, type ListAwsRolesQuery, listAwsRoles, revokeAwsRole } from '../documents/documents.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { gatewayCommand, ofProject } from './shared.ts';

interface Named {
  readonly role: string;
  readonly project?: string;
}

export function addAwsRoleCommands(program: Command): void {
  const role = program.command('aws-role').description("roles that the gateway's own AWS identity assumes for projects");
  gatewayCommand<Named>(
    role,
    'grant',
    'let connections of a project name a role; for operators',
    named,
    async (gateway, output, { role: arn, project }) => {
      const { grantAwsRole: grant } = await gateway.run(grantAwsRole, { role: arn, project: project ?? null });
      const { awsRoles } = await gateway.run(listAwsRoles, { project: project ?? null });
      const { externalId, trustPolicy, hasIdentity } = awsRoles;
      print(output, { ...grant, externalId, trustPolicy, hasIdentity }, () => [
        `Granted ${safeText(grant.roleArn)}.`,
        ...trustOf(awsRoles),
        ...identityOf(awsRoles),
      ]);
    },
  );
  gatewayCommand<Named>(
    role,
    'revoke',
    'end a grant; the role is not assumed for the project any more; for operators',
    named,
    async (gateway, output, { role: arn, project }) => {
      await gateway.run(revokeAwsRole, { role: arn, project: project ?? null });
      print(output, { roleArn: arn, revoked: true }, () => [`Revoked ${safeText(arn)}.`]);
    },
  );
  gatewayCommand<Pick<Named, 'project'>>(
    role,
    'list',
    'the roles of a project, and the external id that their trust policies ask for',
    ofProject,
    async (gateway, output, { project }) => {
      const { awsRoles } = await gateway.run(listAwsRoles, { project: project ?? null });
      print(output, awsRoles, () => [
        ...table(
          ['ROLE', 'SINCE'],
          awsRoles.grants.map(({ roleArn, createdAt }) => [roleArn, shortTime(createdAt)]),
        ),
        ...trustOf(awsRoles),
        ...identityOf(awsRoles),
      ]);
    },
  );
}

function named(command: Command): Command {
  return ofProject(command.requiredOption('--role <arn>', 'the whole ARN, as in arn:aws:iam::111122223333:role/reader'));
}

type Roles = ListAwsRolesQuery['awsRoles'];

function trustOf({ externalId, trustPolicy }: Roles): readonly string[] {
  return [`External id of the project: ${safeText(externalId)}`, `Trust policy of each role: ${safeText(trustPolicy)}`];
}

function identityOf({ hasIdentity }: Roles): readonly string[] {
  return hasIdentity
    ? []
    : ['The gateway has no AWS identity yet: set CHANGEOVER_AWS_KEY_FILE, or CHANGEOVER_AWS_WEB_IDENTITY_TOKEN_FILE.'];
}
