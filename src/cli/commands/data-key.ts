import type { Command } from 'commander';
import { listDataKeys, type ResealConnectionsMutation, resealConnections, retireDataKey, rotateDataKey } from '../documents/documents.ts';
import { patientGateway } from '../gateway/patient-gateway.ts';
import { required } from '../gateway/present.ts';
import { print, table } from '../output/output.ts';
import { gatewayCommand, plain, wholeNumber } from './shared.ts';

type Resealing = NonNullable<ResealConnectionsMutation['resealConnections']>;

export function addDataKeyCommands(program: Command): void {
  const dataKey = program.command('data-key').description('the keys that seal the credentials of the project');
  gatewayCommand(dataKey, 'list', 'generations of the data key, oldest first; the last seals', plain, async (gateway, output) => {
    const { dataKeys } = await gateway.run(listDataKeys);
    print(output, dataKeys, () =>
      table(
        ['GENERATION', 'MADE'],
        dataKeys.map(({ generation, createdAt }) => [generation, createdAt]),
      ),
    );
  });
  gatewayCommand(dataKey, 'rotate', 'make a new one, which seals from now on', plain, async (gateway, output) => {
    const made = required((await gateway.run(rotateDataKey)).rotateDataKey);
    print(output, made, () => [`Data key ${made.generation} seals from now on. Seal the rest with it: changeover data-key reseal`]);
  });
  gatewayCommand(
    dataKey,
    'reseal',
    'seal with the newest one what older ones have sealed; exit 1 if a connection was left',
    plain,
    async (asked, output) => {
      const gateway = patientGateway(asked);
      let [resealed, remains] = [0, 0];
      const failures: Resealing['failures'][number][] = [];
      for (let after: string | null = null; ; ) {
        const batch: Resealing = required((await gateway.run(resealConnections, { after })).resealConnections);
        resealed += batch.resealed;
        remains += batch.remains;
        failures.push(...batch.failures);
        after = batch.next;
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
      await gateway.run(retireDataKey, { generation });
      print(output, { generation, retired: true }, () => [`Data key ${generation} is gone.`]);
    },
  );
}
