import type { Command } from 'commander';
import { SECRET_PROVIDERS } from '../../domain/secret-reference.ts';
import { print, safeText, shortTime, table } from '../output.ts';
import { UsageError } from '../usage-error.ts';
import { gatewayCommand, requireUuid } from './shared.ts';

interface GrantRow {
  readonly provider: string;
  readonly prefix: string;
  readonly projectId: string;
  readonly createdAt: string;
}

interface Named {
  readonly provider: string;
  readonly prefix: string;
  readonly project?: string;
}

export function addSecretCommands(program: Command): void {
  const secret = program.command('secret').description('what projects may refer to in outside secret managers');
  gatewayCommand<Named>(
    secret,
    'grant',
    'let a project refer to secrets within a prefix; for operators',
    named,
    async (gateway, output, options) => {
      const { grantSecrets } = await gateway.run<{ grantSecrets: GrantRow }>(
        'mutation ($provider: SecretProvider!, $prefix: String!, $project: UUID) { grantSecrets(provider: $provider, prefix: $prefix, projectId: $project) { provider prefix projectId createdAt } }',
        { ...options, project: options.project ?? null },
      );
      print(output, grantSecrets, () => [`Granted ${safeText(grantSecrets.provider)} ${safeText(grantSecrets.prefix)}.`]);
    },
  );
  gatewayCommand<Named>(
    secret,
    'revoke',
    'end a grant; references within it lead nowhere from then on; for operators',
    named,
    async (gateway, output, { provider, prefix, project }) => {
      await gateway.run(
        'mutation ($provider: SecretProvider!, $prefix: String!, $project: UUID) { revokeSecrets(provider: $provider, prefix: $prefix, projectId: $project) { success } }',
        { provider, prefix, project: project ?? null },
      );
      print(output, { provider, prefix, revoked: true }, () => [`Revoked ${safeText(provider)} ${safeText(prefix)}.`]);
    },
  );
  gatewayCommand<Pick<Named, 'project'>>(secret, 'list', 'what a project may refer to', ofProject, async (gateway, output, { project }) => {
    const { secretGrants } = await gateway.run<{ secretGrants: readonly GrantRow[] }>(
      'query ($project: UUID) { secretGrants(projectId: $project) { provider prefix projectId createdAt } }',
      { project: project ?? null },
    );
    print(output, secretGrants, () =>
      table(
        ['PROVIDER', 'PREFIX', 'SINCE'],
        secretGrants.map((row) => [row.provider, row.prefix, shortTime(row.createdAt)]),
      ),
    );
  });
}

function ofProject(command: Command): Command {
  return command.option('--project <id>', 'another project than your own', (id) =>
    requireUuid(id, '--project must be the UUID of a project.'),
  );
}

function named(command: Command): Command {
  return ofProject(
    command
      .requiredOption('--provider <provider>', SECRET_PROVIDERS.join(' or '), readProvider)
      .requiredOption('--prefix <prefix>', 'the beginning of names of variables, such as MCD_SALES_, or an absolute folder'),
  );
}

function readProvider(name: string): string {
  if (!SECRET_PROVIDERS.some((provider) => provider === name)) throw new UsageError(`--provider must be ${SECRET_PROVIDERS.join(' or ')}.`);
  return name;
}
