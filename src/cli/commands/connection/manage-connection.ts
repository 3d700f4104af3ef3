import type { Command } from 'commander';
import { disableConnection, enableConnection, protectConnection, removeConnection, renameConnection } from '../../documents/documents.ts';
import { print, safeText } from '../../output/output.ts';
import { gatewayCommand, plain } from '../shared.ts';
import { withAcceptance } from './in-flight-options.ts';

/** What is done with a connection that is there, besides changing its credentials. */
export function addManagementCommands(connection: Command): void {
  gatewayCommand(
    connection,
    'rename <connection> <name>',
    'give it another name',
    (command) => {
      for (const argument of command.registeredArguments) if (argument.name() === 'name') argument.description = 'the new one';
      return command;
    },
    async (gateway, output, _options, [id = '', name = '']) => {
      await gateway.run(renameConnection, { id, name });
      print(output, { id, name }, () => [`Renamed ${id} to ${safeText(name)}.`]);
    },
  );
  gatewayCommand<{ acceptPermissionLosses?: boolean }>(
    connection,
    'enable <connection>',
    'let jobs lease it; what was saved without proof is proven first',
    withAcceptance,
    async (gateway, output, { acceptPermissionLosses }, [id = '']) => {
      await gateway.run(enableConnection, { id, accept: acceptPermissionLosses === true });
      print(output, { id, active: true }, () => [`Enabled ${id}.`]);
    },
  );
  gatewayCommand(
    connection,
    'disable <connection>',
    'let no job lease it; leases that live go on',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run(disableConnection, { id });
      print(output, { id, active: false }, () => [`Disabled ${id}.`]);
    },
  );
  gatewayCommand<{ off?: boolean }>(
    connection,
    'protect <connection>',
    'keep it from being removed',
    (command) => command.option('--off', 'lift the protection'),
    async (gateway, output, { off }, [id = '']) => {
      await gateway.run(protectConnection, { id, on: off !== true });
      print(output, { id, protected: off !== true }, () => [
        off === true ? `${id} may be removed again.` : `${id} is protected against removal.`,
      ]);
    },
  );
  gatewayCommand(
    connection,
    'remove <connection>',
    'end it with all its versions; refused while it is protected or a job holds it',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run(removeConnection, { id });
      print(output, { id, removed: true }, () => [`Removed ${id}.`]);
    },
  );
}
