import type { Command } from 'commander';
import {
  addConnection,
  type CommitChangeMutation,
  commitChange,
  discardChange,
  findChange as findChangeById,
  kindAndParity,
  kindAndSettings,
  type ListConnectionsQuery,
  listChanges,
  listConnections,
  listValidators,
  type PreviewCommitQuery,
  previewCommit,
  rollBackConnection,
  type ShowConnectionQuery,
  type StageChangeMutation,
  showConnection,
  stageChange,
  stageConnection,
  type TestConnectionQuery,
  testConnection,
  testParity,
} from '../documents/documents.ts';
import { findByName, isUuid } from '../gateway/find-by-name.ts';
import { nodesOf, present, required } from '../gateway/present.ts';
import { type Gateway, GatewayError } from '../gateway/transport.ts';
import { readDetails } from '../input/read-details.ts';
import { type NamedReference, readReference, writeReference } from '../input/read-reference.ts';
import { KNOWN_KINDS } from '../known-kinds.ts';
import { objectOf } from '../object-of.ts';
import { type Output, painted, print, safeText, shortTime, table } from '../output/output.ts';
import { UsageError } from '../usage-error.ts';
import { addManagementCommands, readKey, withAcceptance } from './manage-connection.ts';
import { collectPairs, gatewayCommand, plain, wholeNumber } from './shared.ts';

type ListedConnection = NonNullable<ListConnectionsQuery['connections']['edges'][number]['node']>;
type Version = NonNullable<ShowConnectionQuery['connection']>['versions'][number];
type Validation = NonNullable<TestConnectionQuery['testExistingConnectionV2']>;
type CommittedChange = NonNullable<CommitChangeMutation['commitChange']>;
type Staged = NonNullable<StageChangeMutation['stageChange']>;
type Loss = NonNullable<NonNullable<PreviewCommitQuery['commitPreview']>['losses']>[number];

export function addConnectionCommands(program: Command): void {
  const connection = program.command('connection').description('connections: add, prove, change and roll back');
  gatewayCommand(connection, 'list', 'all connections, newest first', plain, async (gateway, output) => {
    const rows = await readAll(gateway);
    print(output, rows, () =>
      table(
        ['ID', 'NAME', 'KIND', 'VERSION', 'ACTIVE', 'PROVEN'],
        rows.map((row) => [row.uuid, row.name, row.kind, row.currentVersion.version, row.isActive, row.currentVersion.proven]),
      ),
    );
  });
  gatewayCommand(
    connection,
    'show <connection>',
    'one connection, its versions and policy; never a secret',
    plain,
    async (gateway, output, _options, [id = '']) => {
      const row = required((await gateway.run(showConnection, { id })).connection);
      print(output, row, () => [
        `${safeText(row.name)} (${safeText(row.kind)}), version ${row.currentVersion.version}, ${row.isActive ? 'active' : 'disabled'}`,
        `settings: ${safeText(row.settings)}`,
        ...referenceIn(row.versions),
        `policy:   ${safeText(row.policy)}`,
        ...table(
          ['VERSION', 'LABEL', 'ORIGIN', 'PROVEN', 'VALID UNTIL', 'CREATED'],
          row.versions.map((one) => [one.version, one.label, one.origin, one.proven, shortTime(one.validUntil), shortTime(one.createdAt)]),
        ),
      ]);
    },
  );
  gatewayCommand<{
    kind: string;
    integration: string;
    name?: string;
    set?: Readonly<Record<string, string>>;
    secretsStdin?: boolean;
    reference?: NamedReference;
    inactive?: boolean;
  }>(
    connection,
    'add',
    'stage, prove and save a new connection',
    (command) =>
      withDetails(
        command
          .requiredOption('--kind <kind>', `one of ${KNOWN_KINDS.join(', ')}, or of a package`)
          .requiredOption('--integration <name>', 'name of the new integration'),
      )
        .option('--name <name>', 'name of the connection')
        .option('--inactive', 'save it disabled, without proof'),
    async (gateway, output, { kind, integration, name, set, secretsStdin, reference, inactive }) => {
      refuseBoth(reference, secretsStdin);
      const given = { set: set ?? {}, secretsStdin: secretsStdin === true, complete: reference === undefined };
      const details = await readDetails(gateway, kind, given);
      const staged = await gateway.run(stageConnection, { kind, details: JSON.stringify(details), reference: reference ?? null });
      const { key } = required(staged.stageConnection);
      const added = await gateway.run(addConnection, { kind, key, integration, name: name ?? null, active: inactive !== true });
      const row = required(required(added.addConnection).connection);
      print(output, row, () => [`Added ${safeText(row.name)}: ${row.uuid}`]);
    },
  );
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
  gatewayCommand<{ validation?: string; verbose?: boolean }>(
    connection,
    'test <connection>',
    'run the validators on the version in use',
    (command) => command.option('--validation <name>', 'only this one').option('--verbose', 'where a validator threw, for an operator'),
    async (gateway, output, { validation, verbose }, [id = '']) => {
      const results = await testAll(gateway, id, validation);
      print(output, results, () => results.flatMap((result) => describe(result, verbose === true)));
      if (results.some(({ success }) => success !== true)) process.exitCode = 1;
    },
  );
  gatewayCommand<InFlight & { to?: number }>(
    connection,
    'roll-back <connection>',
    'make the content of a previous version current again, as a new version',
    (command) =>
      withInFlight(command.option('--to <version>', 'the newest previous one unless given', wholeNumber('--to', 1, 2_147_483_647))),
    async (gateway, output, { to, ...inFlight }, [id = '']) => {
      const answer = await gateway.run(rollBackConnection, { id, version: to ?? null, ...inFlightVariables(inFlight) });
      const { change, repeated } = required(answer.rollBackConnection);
      print(output, { ...change, repeated }, () => [
        ...(repeated ? ['It was rolled back before; nothing was changed. To go further back, name a version with --to.'] : []),
        ...describeCommit(change),
      ]);
      if (change.state === 'PENDING') process.exitCode = 3;
    },
  );
  gatewayCommand(
    connection,
    'discard <change>',
    'end a change that is open or waits; its credentials are destroyed',
    (command) => {
      for (const argument of command.registeredArguments)
        argument.description = 'its id, from: changeover connection changes; or the id or name of a connection that has one such change';
      return command;
    },
    async (gateway, output, _options, [given = '']) => {
      const id = await findChange(gateway, given);
      await gateway.run(discardChange, { id });
      print(output, { id, discarded: true }, () => [`Discarded ${safeText(id)}.`]);
    },
  );
  addManagementCommands(connection);
}

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
    ...losses.map(({ permission, mend }) => `${painted('yellow', 'lost:')} ${safeText(permission)}; to give it: ${safeText(mend)}`),
  ]);
  if (change.state === 'PENDING') process.exitCode = 3;
}

/** A change by its id, or by a connection that has one that is open or waits. */
async function findChange(gateway: Gateway, given: string): Promise<string> {
  if (isUuid(given) && (await isChange(gateway, given))) return given;
  const connectionId = await findByName(gateway, 'connection', given);
  const ids: string[] = [];
  for (const state of ['OPEN', 'PENDING'] as const) {
    const { changes } = await gateway.run(listChanges, { id: connectionId, state });
    ids.push(...nodesOf(changes).map(({ id }) => id));
  }
  const [only, ...others] = ids;
  if (only === undefined)
    throw new UsageError('There is no change of that id, and no open one of such a connection; changeover connection changes shows them.');
  if (others.length > 0) throw new UsageError(`The connection has several: ${ids.join(', ')}. Give the id of one.`);
  return only;
}

async function isChange(gateway: Gateway, id: string): Promise<boolean> {
  try {
    await gateway.run(findChangeById, { id });
    return true;
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

interface InFlight {
  readonly acceptPermissionLosses?: boolean;
  readonly wait?: number;
  readonly breakGlass?: string;
}

function withInFlight(command: Command): Command {
  return withAcceptance(command)
    .option('--wait <seconds>', 'under the policy WAIT: give up after this; an hour by default', wholeNumber('--wait', 1, 86_400))
    .option('--break-glass <reason>', 'commit although jobs hold the connection; needs an owner, and is audited');
}

function inFlightVariables({ wait, breakGlass, acceptPermissionLosses }: InFlight) {
  return { wait: wait ?? null, reason: breakGlass ?? null, accept: acceptPermissionLosses === true };
}

function describeCommit({ id, state, committedVersion, waitUntil, changedFields }: CommittedChange): readonly string[] {
  const fields = changedFields.join(', ') || 'nothing changed';
  return [
    state === 'PENDING'
      ? `Change ${id} (${fields}) waits for the running jobs, until ${waitUntil} at the most; no new lease is granted meanwhile.`
      : `Saved version ${committedVersion} (${fields}).`,
  ];
}

function withDetails(command: Command): Command {
  return command
    .option('--set <field=value>', 'a setting; repeat for more; a member of a group as ssl.verifyCert=true', collectPairs)
    .option('--secrets-stdin', 'read a JSON object of secrets from standard input')
    .option('--reference <provider:path#key>', 'the credentials stay there: env:MCD_SALES, or file:/run/secrets/sales.json', readReference);
}

function refuseBoth(reference: NamedReference | undefined, secrets: boolean | undefined): void {
  if (reference !== undefined && secrets === true)
    throw new UsageError('With --reference the secrets stay where they are: give none, and settings beside them with --set alone.');
}

function referenceIn(versions: readonly Version[]): readonly string[] {
  const current = versions.find(({ label }) => label === 'CURRENT');
  return current?.reference == null ? [] : [`secret:   ${safeText(writeReference(current.reference))}`];
}

async function readAll(gateway: Gateway): Promise<readonly ListedConnection[]> {
  const rows: ListedConnection[] = [];
  for (let after: string | null = null; ; ) {
    const { connections }: ListConnectionsQuery = await gateway.run(listConnections, { after });
    rows.push(...nodesOf(connections));
    if (!connections.pageInfo.hasNextPage) return rows;
    after = connections.pageInfo.endCursor;
  }
}

async function kindOf(gateway: Gateway, id: string): Promise<string> {
  return required((await gateway.run(kindAndSettings, { id })).connection).kind;
}

async function testAll(gateway: Gateway, id: string, only: string | undefined): Promise<readonly Validation[]> {
  const names = only === undefined ? await validatorsOf(gateway, await kindOf(gateway, id)) : [only];
  const results: Validation[] = [];
  for (const name of names) {
    results.push(required((await gateway.run(testConnection, { id, name })).testExistingConnectionV2));
  }
  return results;
}

async function validatorsOf(gateway: Gateway, kind: string): Promise<readonly string[]> {
  const { getSupportedValidationsV2: supported } = await gateway.run(listValidators, { kind });
  return present(present(required(supported).supportedValidations).map(({ name }) => name));
}

const OUTCOMES: Readonly<Record<string, string>> = { PASSED: 'passed ', WARNING: 'passed ', SKIPPED: 'skipped', FAILED: 'FAILED ' };

function describe({ success, status, validationName, errors, warnings }: Validation, verbose: boolean): readonly string[] {
  return [
    `${painted(success === true ? 'green' : 'red', OUTCOMES[status] ?? 'FAILED ')}  ${validationName}`,
    ...[...present(errors), ...present(warnings).map((warning) => ({ ...warning, stackTrace: null }))].flatMap(
      ({ code, friendlyMessage, resolution, stackTrace }) => [
        `         ${code}: ${safeText(friendlyMessage)} ${safeText(resolution)}`,
        ...(verbose && stackTrace != null ? stackTrace.split('\n').map((frame) => `           at ${safeText(frame)}`) : []),
      ],
    ),
  ];
}
