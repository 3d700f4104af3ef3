import type { Command } from 'commander';
import {
  commitChange,
  kindAndParity,
  kindAndSettings,
  type PreviewCommitQuery,
  previewCommit,
  type StageChangeMutation,
  stageChange,
  testParity,
} from '../../documents/documents.ts';
import { required } from '../../gateway/present.ts';
import type { Gateway } from '../../gateway/transport.ts';
import { readDetails } from '../../input/read-details.ts';
import type { NamedReference } from '../../input/read-reference.ts';
import { askSecret, readSecretsFromStdin } from '../../input/read-secrets.ts';
import { objectOf } from '../../object-of.ts';
import { type Output, print, safeText, styled } from '../../output/output.ts';
import { UsageError } from '../../usage-error.ts';
import { gatewayCommand } from '../shared.ts';
import { refuseBoth, withDetails } from './details-options.ts';
import { type CommittedChange, describeCommit, type InFlight, inFlightVariables, withInFlight } from './in-flight-options.ts';
import { validatorsOf } from './test-connection.ts';

export function addChangeCommands(connection: Command): void {
  gatewayCommand<InFlight & GivenChanges>(
    connection,
    'update <connection>',
    'stage, prove and save a change; the old version stays valid for the jobs that hold it; exit 3 when it waits for jobs',
    (command) => withInFlight(withDetails(command).option('--secret <field>', 'ask for this secret on the terminal')),
    async (gateway, output, { set, secretsStdin, reference, secret, ...inFlight }, [id = '']) => {
      const { key } = await stage(gateway, id, { set, secretsStdin, reference, secret });
      await commit(gateway, output, { id, key, inFlight });
    },
  );
  gatewayCommand<GivenChanges>(
    connection,
    'stage <connection>',
    'stage a change and save nothing; prints its temporary key, for connection commit',
    (command) => withDetails(command).option('--secret <field>', 'ask for this secret on the terminal'),
    async (gateway, output, given, [id = '']) => {
      const staged = await stage(gateway, id, given);
      print(output, staged, () => [`Staged (${staged.changedFields.join(', ') || 'nothing changed'}); its key: ${staged.key}`]);
    },
  );
  gatewayCommand<InFlight & { keyStdin?: boolean }>(
    connection,
    'commit <connection>',
    'prove and save a staged change; exit 3 when it waits for jobs',
    (command) => withInFlight(command.option('--key-stdin', 'read the key from standard input as {"key": "..."}; asked for otherwise')),
    async (gateway, output, { keyStdin, ...inFlight }, [id = '']) => {
      await commit(gateway, output, { id, key: await readKey(keyStdin === true), inFlight });
    },
  );
}

type Staged = NonNullable<StageChangeMutation['stageChange']>;
type Loss = NonNullable<NonNullable<PreviewCommitQuery['commitPreview']>['losses']>[number];

interface GivenChanges {
  readonly set?: Readonly<Record<string, string>> | undefined;
  readonly secretsStdin?: boolean | undefined;
  readonly reference?: NamedReference | undefined;
  readonly secret?: string | undefined;
}

async function stage(gateway: Gateway, id: string, { set, secretsStdin, reference, secret }: GivenChanges): Promise<Staged> {
  if (set === undefined && secretsStdin !== true && reference === undefined && secret === undefined)
    throw new UsageError('Say what changes: --set field=value, --secret field, --secrets-stdin, or --reference provider:path.');
  refuseBoth(reference, secretsStdin === true || secret !== undefined);
  const connection = required((await gateway.run(kindAndSettings, { id })).connection);
  const given = { set: set ?? {}, secretsStdin: secretsStdin === true, secret, complete: false, stored: objectOf(connection.settings) };
  const changes = await readDetails(gateway, connection.kind, given);
  const staged = await gateway.run(stageChange, { id, changes: JSON.stringify(changes), reference: reference ?? null });
  return required(staged.stageChange);
}

async function commit(
  gateway: Gateway,
  output: Output,
  { id, key, inFlight }: { readonly id: string; readonly key: string; readonly inFlight: InFlight },
): Promise<void> {
  const losses = await lossesOf(gateway, id, key, inFlight.acceptPermissionLosses === true);
  const committed = await gateway.run(commitChange, { id, key, ...inFlightVariables(inFlight) });
  printCommit(output, required(committed.commitChange), losses);
}

/** Permissions that are lost although the change is saved are looked up first and shown. A refusal lists them anyway. */
async function lossesOf(gateway: Gateway, id: string, key: string, accepts: boolean): Promise<readonly Loss[]> {
  const connection = required((await gateway.run(kindAndParity, { id })).connection);
  if (!accepts && connection.policy.parity !== 'WARN') return [];
  if (!(await validatorsOf(gateway, connection.kind)).includes('validate_permission_parity')) return [];
  await gateway.run(testParity, { kind: connection.kind, key });
  const { commitPreview } = await gateway.run(previewCommit, { id, key });
  return required(commitPreview).losses ?? [];
}

function printCommit(output: Output, change: CommittedChange, losses: readonly Loss[]): void {
  print(output, losses.length === 0 ? change : { ...change, losses }, () => [
    ...describeCommit(change),
    ...losses.map(({ permission, mend }) => `${styled('yellow', 'lost:')} ${safeText(permission)}; to give it: ${safeText(mend)}`),
  ]);
  if (change.state === 'PENDING') process.exitCode = 3;
}

/** The temporary key of a staged change: from standard input as {"key": "..."}, or asked for. */
async function readKey(fromStdin: boolean): Promise<string> {
  const key = fromStdin ? (await readSecretsFromStdin()).key : await askSecret('key');
  if (typeof key !== 'string')
    throw new UsageError('Standard input must hold {"key": "chg_tmp_..."}, as connection stage --json prints it.');
  return key;
}
