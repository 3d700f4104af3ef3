import type { Command } from 'commander';
import { readConfig } from '../../config.ts';
import { connectGateway } from '../connect-gateway.ts';
import type { Output } from '../output.ts';
import type { Gateway } from '../transport.ts';

/** Adds a command that talks to the gateway; `--json` is everywhere. */
export function gatewayCommand<Options extends object>(
  parent: Command,
  usage: string,
  description: string,
  configure: (command: Command) => Command,
  act: (gateway: Gateway, output: Output, options: Options, args: readonly string[]) => Promise<void>,
): void {
  configure(parent.command(usage).description(description).option('--json', 'print one JSON value')).action(async (...given: unknown[]) => {
    const command = given.at(-1) as Command;
    const options = command.opts<Options & { json?: boolean }>();
    const gateway = await connectGateway(readConfig());
    try {
      await act(gateway, { json: options.json === true }, options, command.args);
    } finally {
      await gateway.close();
    }
  });
}

export const plain = (command: Command): Command => command;

/** `key=value`, repeated, as an object. */
export function collectPairs(pair: string, pairs: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = pair.indexOf('=');
  if (at < 1) throw new TypeError('Use --set field=value.');
  return { ...pairs, [pair.slice(0, at)]: pair.slice(at + 1) };
}

export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, ...value.split(',').map((part) => part.trim())];
}
