import type { Command } from 'commander';
import { addAddCommand } from './add-connection.ts';
import { addChangeCommands } from './change-credentials.ts';
import { addPolicyCommand } from './connection-policy.ts';
import { addDiscardCommand } from './discard-change.ts';
import { addChangesCommand } from './list-changes.ts';
import { addManagementCommands } from './manage-connection.ts';
import { addRollBackCommand } from './roll-back.ts';
import { addShowCommands } from './show-connections.ts';
import { addTestCommand } from './test-connection.ts';

/** One call for each command, or a few that belong together; help shows them in this order. */
export function addConnectionCommands(program: Command): void {
  const connection = program.command('connection').description('connections: add, prove, change and roll back');
  addShowCommands(connection);
  addAddCommand(connection);
  addChangeCommands(connection);
  addTestCommand(connection);
  addRollBackCommand(connection);
  addDiscardCommand(connection);
  addManagementCommands(connection);
  addPolicyCommand(connection);
  addChangesCommand(connection);
}
