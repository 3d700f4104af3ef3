import { resolve } from 'node:path';
import type { Command } from 'commander';
import { print } from '../output.ts';
import { gatewayCommand } from './shared.ts';

interface Progress {
  readonly state: 'ROTATING' | 'FINISHED';
  readonly toKid: string;
  readonly remaining: number;
}

export function addRekeyCommand(program: Command): void {
  gatewayCommand<{ newKeyFile: string }>(
    program,
    'rekey',
    'replace the master key while the gateways run; killed anywhere, it is run again',
    (command) => command.requiredOption('--new-key-file <file>', 'the new master key: 64 hex digits or 32 bytes, mode 0600'),
    async (gateway, output, { newKeyFile }) => {
      for (;;) {
        const { rotateMasterKey } = await gateway.run<{ rotateMasterKey: Progress }>(
          'mutation ($file: String!) { rotateMasterKey(newKeyFile: $file) { state toKid remaining } }',
          { file: resolve(newKeyFile) },
        );
        if (rotateMasterKey.state === 'ROTATING') continue;
        print(output, rotateMasterKey, () => [
          `The store is sealed with the key ${rotateMasterKey.toKid} now. Put it where the gateways read theirs; the old one opens the store for 10 minutes more.`,
        ]);
        return;
      }
    },
  );
}
