import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { completionScript, SHELLS } from '../completion.ts';
import { print } from '../output/output.ts';

export function addProcessCommands(program: Command): void {
  program
    .command('serve')
    .description('run the gateway until it is told to stop')
    .action(async () => {
      // The whole gateway is loaded only by the commands that run it here.
      const { serve } = await import('../../serve.ts');
      await serve(readConfig());
    });
  program
    .command('migrate')
    .description('bring the store to the schema of this release, and stop')
    .option('--json', 'print one JSON value')
    .action(async ({ json }: { json?: boolean }) => {
      const { createApp } = await import('../../app.ts');
      const app = await createApp(readConfig());
      print({ json: json === true }, { engine: app.services.store.engine, instance: app.instance.id }, () => [
        `The ${app.services.store.engine} store is ready.`,
      ]);
      await app.close();
    });
  program
    .command('completion')
    .description('print what makes a shell complete commands and options: source <(changeover completion bash)')
    .argument('<shell>', SHELLS.join(', '))
    .action((shell: string) => {
      process.stdout.write(completionScript(program, shell));
    });
}
