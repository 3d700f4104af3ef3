import type { Command } from 'commander';
import { ROLES } from '../../domain/token/roles.ts';
import { createToken, type ListTokensQuery, listTokens, type Role, revokeToken } from '../documents/documents.ts';
import { nodesOf, required } from '../gateway/present.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { collect, gatewayCommand, makesStore, plain, requireUuid, wholeNumber } from './shared.ts';

type ListedToken = NonNullable<ListTokensQuery['apiTokens']['edges'][number]['node']>;

const ROLE_NAMES = Object.keys(ROLES);

export function addTokenCommands(program: Command): void {
  const token = program.command('token').description('API tokens');
  gatewayCommand<{
    name: string;
    role: readonly Role[];
    personal?: boolean;
    expiresInDays?: number;
    integration?: readonly string[];
    from?: readonly string[];
    comment?: string;
  }>(
    token,
    'create',
    'make a token; its secret is printed this once',
    (command) =>
      makesStore(command)
        .requiredOption('--name <name>', 'what it is for')
        .requiredOption('--role <role>', `${ROLE_NAMES.join(', ')}; repeat for more`, collectRoles)
        .option('--personal', 'for a person instead of a service')
        .option('--expires-in-days <days>', '1 to 3650', wholeNumber('--expires-in-days', 1, 3650))
        .option('--integration <id>', 'limit it to an integration; repeat for more', collectIntegrations)
        .option('--from <network>', 'limit it to an address or a network (CIDR); repeat for more', collect)
        .option('--comment <text>', 'a note'),
    async (gateway, output, { name, role, personal, expiresInDays, integration, from, comment }) => {
      const answer = await gateway.run(createToken, {
        name,
        roles: role,
        kind: personal === true ? 'PERSONAL' : 'SERVICE',
        days: expiresInDays ?? null,
        integrations: integration ?? null,
        addresses: from ?? null,
        comment: comment ?? null,
      });
      const { token: made, secret } = required(answer.createToken);
      print(output, { ...made, secret }, () => [
        `id:     ${made.id}`,
        `secret: ${secret}`,
        'The secret is shown this once. Clients send it as x-mcd-token (with x-mcd-id) or Authorization: Bearer.',
      ]);
    },
  );
  gatewayCommand(token, 'list', 'tokens of the project, newest first', plain, async (gateway, output) => {
    const tokens: ListedToken[] = [];
    for (let after: string | null = null; ; ) {
      const { apiTokens }: ListTokensQuery = await gateway.run(listTokens, { after });
      tokens.push(...nodesOf(apiTokens));
      if (!apiTokens.pageInfo.hasNextPage) break;
      after = apiTokens.pageInfo.endCursor;
    }
    print(output, tokens, () =>
      table(
        ['ID', 'NAME', 'ROLES', 'EXPIRES', 'LAST USED', 'REVOKED'],
        tokens.map((row) => [
          row.id,
          row.name,
          row.roles.join(','),
          shortTime(row.expiresAt),
          shortTime(row.lastUsedAt),
          shortTime(row.revokedAt),
        ]),
      ),
    );
  });
  gatewayCommand(token, 'revoke <token>', 'end a token at once', plain, async (gateway, output, _options, [id = '']) => {
    await gateway.run(revokeToken, { id });
    print(output, { id, revoked: true }, () => [`Revoked ${safeText(id)}.`]);
  });
}

function collectRoles(value: string, values: readonly string[] = []): readonly string[] {
  const roles = collect(value, values);
  if (roles.some((role) => !ROLE_NAMES.includes(role))) throw new UsageError(`--role must be one of ${ROLE_NAMES.join(', ')}.`);
  return roles;
}

function collectIntegrations(value: string, values: readonly string[] = []): readonly string[] {
  return collect(value, values).map((id) => requireUuid(id, '--integration must be the UUID of an integration.'));
}
