import type { Command } from 'commander';
import { rollBackConnection } from '../../documents/documents.ts';
import { required } from '../../gateway/present.ts';
import { print } from '../../output/output.ts';
import { gatewayCommand, wholeNumber } from '../shared.ts';
import { describeCommit, type InFlight, inFlightVariables, withInFlight } from './in-flight-options.ts';

export function addRollBackCommand(connection: Command): void {
  gatewayCommand<InFlight & { to?: number }>(
    connection,
    'roll-back <connection>',
    'make the content of a previous version current again, as a new version',
    (command) =>
      withInFlight(command.option('--to <version>', 'the newest previous one unless given', wholeNumber('--to', 1, 2_147_483_647))),
    async (gateway, output, { to, ...inFlight }, [id = '']) => {
      const answer = await gateway.run(rollBackConnection, { id, version: to ?? null, ...inFlightVariables(inFlight) });
      const { change, repeated } = required(answer.rollBackConnection);
      print(output, { ...change, repeated }, () => [
        ...(repeated ? ['It was rolled back before; nothing was changed. To go further back, name a version with --to.'] : []),
        ...describeCommit(change),
      ]);
      if (change.state === 'PENDING') process.exitCode = 3;
    },
  );
}
