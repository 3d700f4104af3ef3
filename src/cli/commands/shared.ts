import { type Command, Option } from 'commander';
import { readConfig } from '../../config.ts';
import { connectGateway } from '../gateway/connect-gateway.ts';
import { findByName, isNameable, isUuid } from '../gateway/find-by-name.ts';
import type { Gateway } from '../gateway/transport.ts';
import type { Output } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Adds a command that talks to the gateway; `--json` is everywhere. An argument `<id>` is the UUID of what its group is about; one that is
 * called `<connection>`, `<consumer>` or `<token>` is an id or a name, and `act` gets the id.
 */
export function gatewayCommand<Options extends object>(
  parent: Command,
  usage: string,
  description: string,
  configure: (command: Command) => Command,
  act: (gateway: Gateway, output: Output, options: Options, args: readonly (string | undefined)[]) => Promise<void>,
): void {
  const command = configure(parent.command(usage).description(description).option('--json', 'print one JSON value'));
  for (const argument of command.registeredArguments) {
    const name = argument.name();
    if (isNameable(name)) argument.description = `its id or its name, from: changeover ${name} list`;
    if (name !== 'id') continue;
    argument.description = `id of the ${parent.name()}, from: changeover ${parent.name()} list`;
    argument.argParser((value: string) => requireUuid(value, `<id> must be a UUID; changeover ${parent.name()} list shows them.`));
  }
  command.action(async () => {
    const options = command.opts<Options & { json?: boolean }>();
    const gateway = await connectGateway(readConfig(), { makesStore: makers.has(command) });
    try {
      const args = await Promise.all(
        command.registeredArguments.map(async (argument, index) => {
          const given = command.args[index];
          const name = argument.name();
          return given !== undefined && isNameable(name) ? await findByName(gateway, name, given) : given;
        }),
      );
      await act(gateway, { json: options.json === true }, options, args);
    } finally {
      await gateway.close();
    }
  });
}

const makers = new WeakSet<Command>();

/** A command with which a new instance may begin: it makes the store where there is none. */
export function makesStore(command: Command): Command {
  makers.add(command);
  return command;
}

export const plain = (command: Command): Command => command;

/** For what operators do in any project. */
export function ofProject(command: Command): Command {
  return command.option('--project <id>', 'another project than your own', (id) =>
    requireUuid(id, '--project must be the UUID of a project.'),
  );
}

/** `key=value`, repeated, as an object. What was given is not quoted: it may be a secret. */
export function collectPairs(pair: string, pairs: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const at = pair.indexOf('=');
  if (at < 1) throw new UsageError('--set takes field=value, such as --set user=loader.');
  return { ...pairs, [pair.slice(0, at)]: pair.slice(at + 1) };
}

export function collect(value: string, values: readonly string[] = []): readonly string[] {
  return [...values, ...value.split(',').map((part) => part.trim())];
}

/** Parses an option that is a whole number. */
export function wholeNumber(option: string, least: number, most: number): (value: string) => number {
  return (value) => {
    const number = Number(value);
    if (!/^\d+$/.test(value) || number < least || number > most)
      throw new UsageError(`${option} must be a whole number from ${least} to ${most}.`);
    return number;
  };
}

export function requireUuid(value: string, message: string): string {
  if (!isUuid(value)) throw new UsageError(message);
  return value;
}

/** An option of which upper and lower case make no difference. */
export function oneOf(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, `${description}: ${values.join(', ')}`).argParser((text: string) => {
    const value = text.toUpperCase();
    if (!values.includes(value)) throw new UsageError(`${flags.split(' ')[0]} must be one of ${values.join(', ')}.`);
    return value;
  });
}
