import { resolve } from 'node:path';
import type { Command } from 'commander';
import { rotateMasterKey } from '../documents/documents.ts';
import { patientGateway } from '../gateway/patient-gateway.ts';
import { required } from '../gateway/present.ts';
import { print } from '../output/output.ts';
import { gatewayCommand } from './shared.ts';

export function addRekeyCommand(program: Command): void {
  gatewayCommand<{ newKeyFile: string }>(
    program,
    'rekey',
    'replace the master key while the gateways run; killed anywhere, it is run again',
    (command) => command.requiredOption('--new-key-file <file>', 'the new master key: 64 hex digits or 32 bytes, mode 0600'),
    async (asked, output, { newKeyFile }) => {
      const gateway = patientGateway(asked);
      for (;;) {
        const progress = required((await gateway.run(rotateMasterKey, { file: resolve(newKeyFile) })).rotateMasterKey);
        if (progress.state === 'ROTATING') continue;
        print(output, progress, () => [
          `The store is sealed with the key ${progress.toKid} now. Put it where the gateways read theirs; the old one opens the store for 10 minutes more.`,
        ]);
        return;
      }
    },
  );
}
