import type { Command } from 'commander';
import { print, table } from '../output.ts';
import { gatewayCommand, plain, wholeNumber } from './shared.ts';

interface DataKey {
  readonly generation: number;
  readonly createdAt: string;
}

interface Resealing {
  readonly resealed: number;
  readonly remains: number;
  readonly failures: readonly { readonly connectionId: string; readonly code: string }[];
  readonly next: string | null;
}

export function addDataKeyCommands(program: Command): void {
  const dataKey = program.command('data-key').description('the keys that seal the credentials of the project');
  gatewayCommand(dataKey, 'list', 'generations of the data key, oldest first; the last seals', plain, async (gateway, output) => {
    const { dataKeys } = await gateway.run<{ dataKeys: readonly DataKey[] }>('{ dataKeys { generation createdAt } }');
    print(output, dataKeys, () =>
      table(
        ['GENERATION', 'MADE'],
        dataKeys.map(({ generation, createdAt }) => [generation, createdAt]),
      ),
    );
  });
  gatewayCommand(dataKey, 'rotate', 'make a new one, which seals from now on', plain, async (gateway, output) => {
    const { rotateDataKey } = await gateway.run<{ rotateDataKey: DataKey }>('mutation { rotateDataKey { generation createdAt } }');
    print(output, rotateDataKey, () => [
      `Data key ${rotateDataKey.generation} seals from now on. Seal the rest with it: changeover data-key reseal`,
    ]);
  });
  gatewayCommand(
    dataKey,
    'reseal',
    'seal with the newest one what older ones have sealed; exit 1 if a connection was left',
    plain,
    async (gateway, output) => {
      let [resealed, remains] = [0, 0];
      const failures: Resealing['failures'][number][] = [];
      for (let after: string | null = null; ; ) {
        const { resealConnections }: { resealConnections: Resealing } = await gateway.run(
          'mutation ($after: UUID) { resealConnections(after: $after) { resealed remains failures { connectionId code } next } }',
          { after },
        );
        resealed += resealConnections.resealed;
        remains += resealConnections.remains;
        failures.push(...resealConnections.failures);
        after = resealConnections.next;
        if (after === null) break;
      }
      print(output, { resealed, remains, failures }, () => [
        `Sealed ${resealed} ${resealed === 1 ? 'connection' : 'connections'} anew${remains === 0 ? '' : `, and what is left of ${remains} that were removed or are not saved yet`}.`,
        ...failures.map(({ connectionId, code }) => `  left as it is: ${connectionId} (${code})`),
      ]);
      if (failures.length > 0) process.exitCode = 1;
    },
  );
  gatewayCommand(
    dataKey,
    'retire <generation>',
    'destroy an old one for good; refused while a row needs it',
    plain,
    async (gateway, output, _options, [text = '']) => {
      const generation = wholeNumber('<generation>', 1, 2_147_483_647)(text);
      await gateway.run('mutation ($generation: Int!) { retireDataKey(generation: $generation) { success } }', { generation });
      print(output, { generation, retired: true }, () => [`Data key ${generation} is gone.`]);
    },
  );
}
