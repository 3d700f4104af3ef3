import type { Command } from 'commander';
import { GRANTED_PROVIDERS, SECRET_PROVIDERS } from '../../domain/connection/reference/secret-reference.ts';
import {
  allowSecretDestination,
  grantSecrets,
  type ListSecretDestinationsQuery,
  listSecretDestinations,
  listSecretGrants,
  releaseSecret,
  revokeSecrets,
  type SecretProvider,
} from '../documents/documents.ts';
import { nodesOf } from '../gateway/present.ts';
import { objectOf } from '../object-of.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { gatewayCommand, ofProject, requireUuid } from './shared.ts';

interface Named {
  readonly provider: SecretProvider;
  readonly prefix: string;
  readonly project?: string;
}

type Destination = NonNullable<ListSecretDestinationsQuery['secretDestinations']['edges'][number]['node']>;

function nameOf({ provider, path, member }: Destination): string {
  return safeText(`${provider}:${path}${member === '' ? '' : `#${member.slice(1)}`}`);
}

function addressOf({ destination }: Destination): string {
  const parts = Object.entries(objectOf(destination)).filter(([, value]) => value !== null);
  return safeText(parts.map(([name, value]) => `${name}=${value}`).join(' '));
}

export function addSecretCommands(program: Command): void {
  const secret = program.command('secret').description('what projects may refer to in outside secret managers');
  gatewayCommand<Named>(
    secret,
    'grant',
    'let a project refer to secrets within a prefix; for operators',
    named,
    async (gateway, output, { provider, prefix, project }) => {
      const { grantSecrets: grant } = await gateway.run(grantSecrets, { provider, prefix, project: project ?? null });
      print(output, grant, () => [`Granted ${safeText(grant.provider)} ${safeText(grant.prefix)}.`]);
    },
  );
  gatewayCommand<Named>(
    secret,
    'revoke',
    'end a grant; references within it lead nowhere from then on; for operators',
    named,
    async (gateway, output, { provider, prefix, project }) => {
      await gateway.run(revokeSecrets, { provider, prefix, project: project ?? null });
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
      const { allowSecretDestination: allowed } = await gateway.run(allowSecretDestination, {
        change: change ?? null,
        connection: connection ?? null,
        project: project ?? null,
      });
      print(output, allowed, () => allowed.slice(0, 1).map((row) => `Allowed ${nameOf(row)} to be sent to ${addressOf(row)}.`));
    },
  );
  gatewayCommand<Pick<Named, 'project' | 'provider'> & { readonly path: string }>(
    secret,
    'release',
    'end all destinations of a secret: its next use binds it anew; for operators',
    (command) =>
      ofProject(command)
        .requiredOption('--provider <provider>', SECRET_PROVIDERS.join(', '), (name) => readProvider(name, SECRET_PROVIDERS))
        .requiredOption('--path <path>', 'the name of the secret, as references have it'),
    async (gateway, output, { provider, path, project }) => {
      await gateway.run(releaseSecret, { provider, path, project: project ?? null });
      print(output, { provider, path, released: true }, () => [`Released ${safeText(provider)}:${safeText(path)}.`]);
    },
  );
  gatewayCommand<Pick<Named, 'project'>>(
    secret,
    'destinations',
    'where secrets may be sent that do not say so themselves',
    ofProject,
    async (gateway, output, { project }) => {
      const rows: Destination[] = [];
      for (let after: string | null = null, more = true; more; ) {
        const { secretDestinations }: ListSecretDestinationsQuery = await gateway.run(listSecretDestinations, {
          project: project ?? null,
          after,
        });
        rows.push(...nodesOf(secretDestinations));
        after = secretDestinations.pageInfo.endCursor;
        more = secretDestinations.pageInfo.hasNextPage;
      }
      print(output, rows, () =>
        table(
          ['SECRET', 'DESTINATION', 'SINCE'],
          rows.map((row) => [nameOf(row), addressOf(row), shortTime(row.createdAt)]),
        ),
      );
    },
  );
  gatewayCommand<Pick<Named, 'project'>>(secret, 'list', 'what a project may refer to', ofProject, async (gateway, output, { project }) => {
    const { secretGrants } = await gateway.run(listSecretGrants, { project: project ?? null });
    print(output, secretGrants, () =>
      table(
        ['PROVIDER', 'PREFIX', 'SINCE'],
        secretGrants.map((row) => [row.provider, row.prefix, shortTime(row.createdAt)]),
      ),
    );
  });
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
      .requiredOption('--provider <provider>', GRANTED_PROVIDERS.join(', '), (name) => readProvider(name, GRANTED_PROVIDERS))
      .requiredOption(
        '--prefix <prefix>',
        "the beginning of the manager's names, such as MCD_SALES_, secret/data/sales/ or projects/ID/secrets/, or an absolute folder",
      ),
  );
}

function readProvider(name: string, known: readonly SecretProvider[]): SecretProvider {
  const found = known.find((provider) => provider === name);
  if (found === undefined) throw new UsageError(`--provider must be one of ${known.join(', ')}.`);
  return found;
}
