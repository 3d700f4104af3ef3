import type { Command } from 'commander';
import { addConnection, stageConnection } from '../../documents/documents.ts';
import { required } from '../../gateway/present.ts';
import { readDetails } from '../../input/read-details.ts';
import type { NamedReference } from '../../input/read-reference.ts';
import { KNOWN_KINDS } from '../../known-kinds.ts';
import { print, safeText } from '../../output/output.ts';
import { gatewayCommand } from '../shared.ts';
import { refuseBoth, withDetails } from './details-options.ts';

export function addAddCommand(connection: Command): void {
  gatewayCommand<{
    kind: string;
    integration: string;
    name?: string;
    set?: Readonly<Record<string, string>>;
    secretsStdin?: boolean;
    reference?: NamedReference;
    inactive?: boolean;
  }>(
    connection,
    'add',
    'stage, prove and save a new connection',
    (command) =>
      withDetails(
        command
          .requiredOption('--kind <kind>', `one of ${KNOWN_KINDS.join(', ')}, or of a package`)
          .requiredOption('--integration <name>', 'name of the new integration'),
      )
        .option('--name <name>', 'name of the connection')
        .option('--inactive', 'save it disabled, without proof'),
    async (gateway, output, { kind, integration, name, set, secretsStdin, reference, inactive }) => {
      refuseBoth(reference, secretsStdin);
      const given = { set: set ?? {}, secretsStdin: secretsStdin === true, complete: reference === undefined };
      const details = await readDetails(gateway, kind, given);
      const staged = await gateway.run(stageConnection, { kind, details: JSON.stringify(details), reference: reference ?? null });
      const { key } = required(staged.stageConnection);
      const added = await gateway.run(addConnection, { kind, key, integration, name: name ?? null, active: inactive !== true });
      const row = required(required(added.addConnection).connection);
      print(output, row, () => [`Added ${safeText(row.name)}: ${row.uuid}`]);
    },
  );
}
