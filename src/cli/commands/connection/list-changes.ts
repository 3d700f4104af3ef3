import type { Command } from 'commander';
import { type ChangeState, listChanges } from '../../documents/documents.ts';
import { nodesOf } from '../../gateway/present.ts';
import { print, shortTime, table } from '../../output/output.ts';
import { gatewayCommand, oneOf } from '../shared.ts';

const STATES = ['OPEN', 'PENDING', 'COMMITTED', 'DISCARDED'] as const;

export function addChangesCommand(connection: Command): void {
  gatewayCommand<{ state?: ChangeState; all?: boolean }>(
    connection,
    'changes [connection]',
    'staged changes, newest first, at most 100; those that are open or wait unless asked',
    (command) => command.addOption(oneOf('--state <state>', 'only these', STATES)).option('--all', 'whatever became of them'),
    async (gateway, output, { state, all }, [id]) => {
      const asked: readonly (ChangeState | null)[] = state !== undefined ? [state] : all === true ? [null] : ['PENDING', 'OPEN'];
      const answers = [];
      for (const one of asked) answers.push(await gateway.run(listChanges, { id: id ?? null, state: one }));
      const rows = answers.flatMap(({ changes }) => nodesOf(changes));
      print(output, rows, () =>
        table(
          ['CHANGE', 'CONNECTION', 'STATE', 'PURPOSE', 'FIELDS', 'STAGED', 'ENDS'],
          rows.map((row) => [
            row.id,
            row.connectionId,
            row.failure ?? row.state,
            row.purpose,
            row.changedFields.join(','),
            shortTime(row.createdAt),
            shortTime(row.waitUntil ?? row.expiresAt),
          ]),
        ),
      );
    },
  );
}
