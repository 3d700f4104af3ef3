import type { Command } from 'commander';
import { SECRET_PROVIDERS } from '../../domain/connection/secret-reference.ts';
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

interface DestinationRow {
  readonly provider: string;
  readonly path: string;
  readonly member: string;
  readonly destination: Readonly<Record<string, string | number | boolean | null>>;
  readonly createdAt: string;
}

interface DestinationPage {
  readonly edges: readonly { readonly node: DestinationRow }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const DESTINATION = 'provider path member destination createdAt';

function nameOf({ provider, path, member }: DestinationRow): string {
  return safeText(`${provider}:${path}${member === '' ? '' : `#${member.slice(1)}`}`);
}

function placeOf({ destination }: DestinationRow): string {
  const parts = Object.entries(destination).filter(([, value]) => value !== null);
  return safeText(parts.map(([name, value]) => `${name}=${value}`).join(' '));
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
  gatewayCommand<Pick<Named, 'project'> & { readonly change?: string; readonly connection?: string }>(
    secret,
    'allow',
    'let a secret be sent to where a staged change or a connection would send it; for operators',
    referring,
    async (gateway, output, { change, connection, project }) => {
      if ((change === undefined) === (connection === undefined))
        throw new UsageError('Give --change or --connection, and one of them alone.');
      const { allowSecretDestination } = await gateway.run<{ allowSecretDestination: readonly DestinationRow[] }>(
        `mutation ($change: UUID, $connection: UUID, $project: UUID) { allowSecretDestination(changeId: $change, connectionId: $connection, projectId: $project) { ${DESTINATION} } }`,
        { change: change ?? null, connection: connection ?? null, project: project ?? null },
      );
      print(output, allowSecretDestination, () =>
        allowSecretDestination.slice(0, 1).map((row) => `Allowed ${nameOf(row)} to be sent to ${placeOf(row)}.`),
      );
    },
  );
  gatewayCommand<Pick<Named, 'project' | 'provider'> & { readonly path: string }>(
    secret,
    'release',
    'end all destinations of a secret: its next use binds it anew; for operators',
    (command) =>
      ofProject(command)
        .requiredOption('--provider <provider>', SECRET_PROVIDERS.join(' or '), readProvider)
        .requiredOption('--path <path>', 'the name of the variable, or the path of the file'),
    async (gateway, output, { provider, path, project }) => {
      await gateway.run(
        'mutation ($provider: SecretProvider!, $path: String!, $project: UUID) { releaseSecret(provider: $provider, path: $path, projectId: $project) { success } }',
        { provider, path, project: project ?? null },
      );
      print(output, { provider, path, released: true }, () => [`Released ${safeText(provider)}:${safeText(path)}.`]);
    },
  );
  gatewayCommand<Pick<Named, 'project'>>(
    secret,
    'destinations',
    'where secrets may be sent that do not say so themselves',
    ofProject,
    async (gateway, output, { project }) => {
      const rows: DestinationRow[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { secretDestinations }: { secretDestinations: DestinationPage } = await gateway.run(
          `query ($project: UUID, $after: String) { secretDestinations(projectId: $project, first: 100, after: $after) { edges { node { ${DESTINATION} } } pageInfo { hasNextPage endCursor } } }`,
          { project: project ?? null, after },
        );
        rows.push(...secretDestinations.edges.map(({ node }) => node));
        after = secretDestinations.pageInfo.endCursor;
        more = secretDestinations.pageInfo.hasNextPage;
      }
      print(output, rows, () =>
        table(
          ['SECRET', 'DESTINATION', 'SINCE'],
          rows.map((row) => [nameOf(row), placeOf(row), shortTime(row.createdAt)]),
        ),
      );
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

function referring(command: Command): Command {
  return ofProject(
    command
      .option('--change <id>', 'a staged change, by its id: changes { edges { node { id } } } lists them', (id) =>
        requireUuid(id, '--change must be the UUID of a change.'),
      )
      .option('--connection <id>', 'a connection, by its id', (id) => requireUuid(id, '--connection must be the UUID of a connection.')),
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
