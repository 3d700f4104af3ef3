import type { Command } from 'commander';
import { discardChange, findChange as findChangeById, listChanges } from '../../documents/documents.ts';
import { findByName, isUuid } from '../../gateway/find-by-name.ts';
import { nodesOf } from '../../gateway/present.ts';
import { type Gateway, GatewayError } from '../../gateway/transport.ts';
import { print, safeText } from '../../output/output.ts';
import { UsageError } from '../../usage-error.ts';
import { gatewayCommand } from '../shared.ts';

export function addDiscardCommand(connection: Command): void {
  gatewayCommand(
    connection,
    'discard <change>',
    'end a change that is open or waits; its credentials are destroyed',
    (command) => {
      for (const argument of command.registeredArguments)
        argument.description = 'its id, from: changeover connection changes; or the id or name of a connection that has one such change';
      return command;
    },
    async (gateway, output, _options, [given = '']) => {
      const id = await findChange(gateway, given);
      await gateway.run(discardChange, { id });
      print(output, { id, discarded: true }, () => [`Discarded ${safeText(id)}.`]);
    },
  );
}

/** A change by its id, or by a connection that has one that is open or waits. */
async function findChange(gateway: Gateway, given: string): Promise<string> {
  if (isUuid(given) && (await isChange(gateway, given))) return given;
  const connectionId = await findByName(gateway, 'connection', given);
  const ids: string[] = [];
  for (const state of ['OPEN', 'PENDING'] as const) {
    const { changes } = await gateway.run(listChanges, { id: connectionId, state });
    ids.push(...nodesOf(changes).map(({ id }) => id));
  }
  const [only, ...others] = ids;
  if (only === undefined)
    throw new UsageError('There is no change of that id, and no open one of such a connection; changeover connection changes shows them.');
  if (others.length > 0) throw new UsageError(`The connection has several: ${ids.join(', ')}. Give the id of one.`);
  return only;
}

async function isChange(gateway: Gateway, id: string): Promise<boolean> {
  try {
    await gateway.run(findChangeById, { id });
    return true;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}
