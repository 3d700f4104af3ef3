import type { Command } from 'commander';
import { listConsumers, registerConsumer, removeConsumer } from '../documents/documents.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { gatewayCommand, plain, requireUuid } from './shared.ts';

interface Given {
  readonly name: string;
  readonly title?: string;
  readonly guid?: string;
}

export function addConsumerCommands(program: Command): void {
  const consumer = program.command('consumer').description("what uses connections and is registered by hand: Posit Connect's content");
  gatewayCommand<Given>(
    consumer,
    'register',
    'register a consumer; its session token is shown once',
    (command) =>
      command
        .requiredOption('--name <name>', 'name of the content')
        .option('--title <title>', 'title of the content')
        .option('--guid <id>', 'the guid that the content has on its own server', (id) => requireUuid(id, '--guid must be a UUID.')),
    async (gateway, output, { name, title, guid }) => {
      const { registerConsumer: made } = await gateway.run(registerConsumer, { name, title: title ?? null, id: guid ?? null });
      print(output, { ...made.consumer, sessionToken: made.sessionToken }, () => [
        `Registered ${safeText(made.consumer.name)} as ${made.consumer.id}.`,
        `Session token, shown this once: ${made.sessionToken}`,
      ]);
    },
  );
  gatewayCommand(consumer, 'list', 'consumers, with how many connections each uses', plain, async (gateway, output) => {
    const { consumers } = await gateway.run(listConsumers);
    print(output, consumers, () =>
      table(
        ['ID', 'NAME', 'CONNECTIONS', 'SINCE'],
        consumers.map(({ id, name, connectionIds, createdAt }) => [id, name, String(connectionIds.length), shortTime(createdAt)]),
      ),
    );
  });
  gatewayCommand(
    consumer,
    'remove <consumer>',
    'remove a consumer; its session token is of no use any more',
    plain,
    async (gateway, output, _, [id = '']) => {
      await gateway.run(removeConsumer, { id });
      print(output, { id, removed: true }, () => [`Removed ${id}.`]);
    },
  );
}
