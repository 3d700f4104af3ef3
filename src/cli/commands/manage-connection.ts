import { type Command, Option } from 'commander';
import {
  type ChangeState,
  type CommitPolicy,
  disableConnection,
  enableConnection,
  type InFlightPolicy,
  listChanges,
  type ParityPolicy,
  protectConnection,
  removeConnection,
  renameConnection,
  setConnectionPolicy,
  showPolicy,
} from '../documents/documents.ts';
import { nodesOf, required } from '../gateway/present.ts';
import { askSecret, readSecretsFromStdin } from '../input/read-secrets.ts';
import { print, safeText, shortTime, table } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { gatewayCommand, plain, wholeNumber } from './shared.ts';

const STATES = ['OPEN', 'PENDING', 'COMMITTED', 'DISCARDED'] as const;

/** What is done with a connection that is there, besides changing its credentials. */
export function addManagementCommands(connection: Command): void {
  gatewayCommand(
    connection,
    'rename <connection> <name>',
    'give it another name',
    (command) => {
      for (const argument of command.registeredArguments) if (argument.name() === 'name') argument.description = 'the new one';
      return command;
    },
    async (gateway, output, _options, [id = '', name = '']) => {
      await gateway.run(renameConnection, { id, name });
      print(output, { id, name }, () => [`Renamed ${id} to ${safeText(name)}.`]);
    },
  );
  gatewayCommand<{ acceptPermissionLosses?: boolean }>(
    connection,
    'enable <connection>',
    'let jobs lease it; what was saved without proof is proven first',
    withAcceptance,
    async (gateway, output, { acceptPermissionLosses }, [id = '']) => {
      await gateway.run(enableConnection, { id, accept: acceptPermissionLosses === true });
      print(output, { id, active: true }, () => [`Enabled ${id}.`]);
    },
  );
  gatewayCommand(
    connection,
    'disable <connection>',
    'let no job lease it; leases that live go on',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run(disableConnection, { id });
      print(output, { id, active: false }, () => [`Disabled ${id}.`]);
    },
  );
  gatewayCommand<{ off?: boolean }>(
    connection,
    'protect <connection>',
    'keep it from being removed',
    (command) => command.option('--off', 'lift the protection'),
    async (gateway, output, { off }, [id = '']) => {
      await gateway.run(protectConnection, { id, on: off !== true });
      print(output, { id, protected: off !== true }, () => [
        off === true ? `${id} may be removed again.` : `${id} is protected against removal.`,
      ]);
    },
  );
  gatewayCommand(
    connection,
    'remove <connection>',
    'end it with all its versions; refused while it is protected or a job holds it',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run(removeConnection, { id });
      print(output, { id, removed: true }, () => [`Removed ${id}.`]);
    },
  );
  addPolicy(connection);
  addChanges(connection);
}

interface PolicyOptions {
  readonly inFlight?: InFlightPolicy;
  readonly commitPolicy?: CommitPolicy;
  readonly parity?: ParityPolicy;
  readonly overlap?: number;
}

function addPolicy(connection: Command): void {
  gatewayCommand<PolicyOptions>(
    connection,
    'policy <connection>',
    'show the policy, or set what is given and keep the rest; to set it needs an owner',
    (command) =>
      command
        .addOption(oneOf('--in-flight <policy>', 'what live leases mean for a commit', ['OVERLAP', 'REFUSE', 'WAIT']))
        .addOption(oneOf('--commit-policy <policy>', 'whether a commit needs proof', ['VALIDATED', 'ADVISORY']))
        .addOption(oneOf('--parity <policy>', 'what a login that may do less than the one in use means', ['REQUIRED', 'WARN', 'OFF']))
        .option('--overlap <seconds>', 'how long a replaced version stays valid at least', wholeNumber('--overlap', 10_800, 7_776_000)),
    async (gateway, output, { inFlight, commitPolicy, parity, overlap }, [id = '']) => {
      // An option that was not given is undefined, and JSON leaves it out.
      const policy = { inFlight, commitPolicy, parity, overlapSeconds: overlap };
      if (Object.values(policy).some((value) => value !== undefined)) await gateway.run(setConnectionPolicy, { id, policy });
      const { policy: now } = required((await gateway.run(showPolicy, { id })).connection);
      print(output, now, () => Object.entries(now).map(([name, value]) => `${name.padEnd(14)}  ${safeText(value)}`));
    },
  );
}

/** An option of which upper and lower case make no difference. */
function oneOf(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, `${description}: ${values.join(', ')}`).argParser((text: string) => {
    const value = text.toUpperCase();
    if (!values.includes(value)) throw new UsageError(`${flags.split(' ')[0]} must be one of ${values.join(', ')}.`);
    return value;
  });
}

function addChanges(connection: Command): void {
  gatewayCommand<{ state?: ChangeState; all?: boolean }>(
    connection,
    'changes [connection]',
    'staged changes, newest first, at most 100; those that are open or wait unless asked',
    (command) => command.addOption(oneOf('--state <state>', 'only these', STATES)).option('--all', 'whatever became of them'),
    async (gateway, output, { state, all }, [id]) => {
      const asked: readonly (ChangeState | null)[] = state !== undefined ? [state] : all === true ? [null] : ['PENDING', 'OPEN'];
      const answers = [];
      for (const one of asked) answers.push(await gateway.run(listChanges, { id: id ?? null, state: one }));
      const rows = answers.flatMap(({ changes }) => nodesOf(changes));
      print(output, rows, () =>
        table(
          ['CHANGE', 'CONNECTION', 'STATE', 'PURPOSE', 'FIELDS', 'STAGED', 'ENDS'],
          rows.map((row) => [
            row.id,
            row.connectionId,
            row.failure ?? row.state,
            row.purpose,
            row.changedFields.join(','),
            shortTime(row.createdAt),
            shortTime(row.waitUntil ?? row.expiresAt),
          ]),
        ),
      );
    },
  );
}

export function withAcceptance(command: Command): Command {
  return command.option(
    '--accept-permission-losses',
    'save although the new login may do less than the one in use; what is lost is shown and audited',
  );
}

/** The temporary key of a staged change: from standard input as {"key": "..."}, or asked for. */
export async function readKey(fromStdin: boolean): Promise<string> {
  const key = fromStdin ? (await readSecretsFromStdin()).key : await askSecret('key');
  if (typeof key !== 'string')
    throw new UsageError('Standard input must hold {"key": "chg_tmp_..."}, as connection stage --json prints it.');
  return key;
}
