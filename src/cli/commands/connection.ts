import type { Command } from 'commander';
import { print, safeText, shortTime, table } from '../output.ts';
import { readDetails } from '../read-details.ts';
import { type NamedReference, readReference, writeReference } from '../read-reference.ts';
import type { Gateway } from '../transport.ts';
import { UsageError } from '../usage-error.ts';
import { collectPairs, gatewayCommand, plain, wholeNumber } from './shared.ts';

interface ConnectionRow {
  readonly uuid: string;
  readonly name: string;
  readonly kind: string;
  readonly isActive: boolean;
  readonly currentVersion: { readonly version: number; readonly proven: boolean };
}

interface VersionRow {
  readonly version: number;
  readonly label: string;
  readonly origin: string;
  readonly proven: boolean;
  readonly validUntil: string | null;
  readonly createdAt: string;
  readonly reference: NamedReference | null;
}

interface Validation {
  readonly success: boolean;
  readonly validationName: string;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}
interface Problem {
  readonly code: string;
  readonly friendlyMessage: string;
  readonly resolution: string;
}

const LISTED = 'uuid name kind isActive currentVersion { version proven }';
const SHOWN = `${LISTED} settings labels createdOn updatedOn deletionProtection policy { inFlight commitPolicy overlapSeconds } versions { version label origin restoredFrom proven validUntil createdAt createdBy retiredAt destroyedAt reference }`;

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
    'show <id>',
    'one connection, its versions and policy; never a secret',
    plain,
    async (gateway, output, _options, [id = '']) => {
      const { connection: row } = await gateway.run<{
        connection: ConnectionRow & Record<string, unknown> & { versions: readonly VersionRow[] };
      }>(`query ($id: UUID!) { connection(id: $id) { ${SHOWN} } }`, { id });
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
        command.requiredOption('--kind <kind>', 'such as postgres').requiredOption('--integration <name>', 'name of the new integration'),
      )
        .option('--name <name>', 'name of the connection')
        .option('--inactive', 'save it disabled, without proof'),
    async (gateway, output, { kind, integration, name, set, secretsStdin, reference, inactive }) => {
      refuseBoth(reference, secretsStdin);
      const given = { set: set ?? {}, secretsStdin: secretsStdin === true, complete: reference === undefined };
      const details = await readDetails(gateway, kind, given);
      const { stageConnection } = await gateway.run<{ stageConnection: { key: string } }>(
        'mutation ($kind: String!, $details: JSONString!, $reference: SecretReferenceInput) { stageConnection(connectionType: $kind, details: $details, reference: $reference) { key } }',
        { kind, details: JSON.stringify(details), reference: reference ?? null },
      );
      const { addConnection } = await gateway.run<{ addConnection: { connection: ConnectionRow } }>(
        `mutation ($kind: String!, $key: String!, $integration: String!, $name: String, $active: Boolean) { addConnection(connectionType: $kind, key: $key, name: $integration, connectionName: $name, isActive: $active) { connection { ${LISTED} } } }`,
        { kind, key: stageConnection.key, integration, name: name ?? null, active: inactive !== true },
      );
      print(output, addConnection.connection, () => [`Added ${safeText(addConnection.connection.name)}: ${addConnection.connection.uuid}`]);
    },
  );
  gatewayCommand<
    InFlight & { set?: Readonly<Record<string, string>>; secretsStdin?: boolean; reference?: NamedReference; secret?: string }
  >(
    connection,
    'update <id>',
    'stage, prove and save a change; the old version stays valid for the jobs that hold it',
    (command) => withInFlight(withDetails(command).option('--secret <field>', 'ask for this secret on the terminal')),
    async (gateway, output, { set, secretsStdin, reference, secret, ...inFlight }, [id = '']) => {
      if (set === undefined && secretsStdin !== true && reference === undefined && secret === undefined)
        throw new UsageError('Say what changes: --set field=value, --secret field, --secrets-stdin, or --reference provider:path.');
      refuseBoth(reference, secretsStdin === true || secret !== undefined);
      const given = { set: set ?? {}, secretsStdin: secretsStdin === true, secret, complete: false };
      const changes = await readDetails(gateway, await kindOf(gateway, id), given);
      const { stageChange } = await gateway.run<{ stageChange: { key: string; changedFields: readonly string[] } }>(
        'mutation ($id: UUID!, $changes: JSONString!, $reference: SecretReferenceInput) { stageChange(connectionId: $id, changes: $changes, reference: $reference) { key changedFields } }',
        { id, changes: JSON.stringify(changes), reference: reference ?? null },
      );
      const { commitChange } = await gateway.run<{ commitChange: CommittedChange }>(
        `mutation ($id: UUID!, $key: String!, $wait: Int, $reason: String) { commitChange(connectionId: $id, tempCredentialsKey: $key, waitSeconds: $wait, breakGlassReason: $reason) { ${COMMITTED} } }`,
        { id, key: stageChange.key, ...inFlightVariables(inFlight) },
      );
      print(output, commitChange, () => describeCommit(commitChange));
    },
  );
  gatewayCommand<{ validation?: string }>(
    connection,
    'test <id>',
    'run the validators on the version in use',
    (command) => command.option('--validation <name>', 'only this one'),
    async (gateway, output, { validation }, [id = '']) => {
      const results = await testAll(gateway, id, validation);
      print(output, results, () => results.flatMap(describe));
      if (results.some(({ success }) => !success)) process.exitCode = 1;
    },
  );
  gatewayCommand<InFlight & { to?: number }>(
    connection,
    'roll-back <id>',
    'make the content of a previous version current again, as a new version',
    (command) =>
      withInFlight(command.option('--to <version>', 'the newest previous one unless given', wholeNumber('--to', 1, 2_147_483_647))),
    async (gateway, output, { to, ...inFlight }, [id = '']) => {
      const { rollBackConnection } = await gateway.run<{ rollBackConnection: { change: CommittedChange } }>(
        `mutation ($id: UUID!, $version: Int, $wait: Int, $reason: String) { rollBackConnection(connectionId: $id, version: $version, waitSeconds: $wait, breakGlassReason: $reason) { change { ${COMMITTED} } } }`,
        { id, version: to ?? null, ...inFlightVariables(inFlight) },
      );
      print(output, rollBackConnection.change, () => describeCommit(rollBackConnection.change));
    },
  );
  gatewayCommand(
    connection,
    'discard <change>',
    'end a change that is open or waits; its credentials are destroyed',
    plain,
    async (gateway, output, _options, [id = '']) => {
      await gateway.run('mutation ($id: UUID!) { discardChange(id: $id) { id } }', { id });
      print(output, { id, discarded: true }, () => [`Discarded ${safeText(id)}.`]);
    },
  );
}

interface InFlight {
  readonly wait?: number;
  readonly breakGlass?: string;
}

interface CommittedChange {
  readonly id: string;
  readonly state: string;
  readonly committedVersion: number | null;
  readonly waitUntil: string | null;
  readonly changedFields: readonly string[];
}

const COMMITTED = 'id state committedVersion committedAt waitUntil changedFields';

function withInFlight(command: Command): Command {
  return command
    .option('--wait <seconds>', 'under the policy WAIT: give up after this; an hour by default', wholeNumber('--wait', 1, 86_400))
    .option('--break-glass <reason>', 'commit although jobs hold the connection; needs an owner, and is audited');
}

function inFlightVariables({ wait, breakGlass }: InFlight): Readonly<Record<string, unknown>> {
  return { wait: wait ?? null, reason: breakGlass ?? null };
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
    .option('--set <field=value>', 'a setting; repeat for more', collectPairs)
    .option('--secrets-stdin', 'read a JSON object of secrets from standard input')
    .option('--reference <provider:path#key>', 'the credentials stay there: env:MCD_SALES, or file:/run/secrets/sales.json', readReference);
}

function refuseBoth(reference: NamedReference | undefined, secrets: boolean | undefined): void {
  if (reference !== undefined && secrets === true)
    throw new UsageError('With --reference the secrets stay where they are: give none, and settings beside them with --set alone.');
}

function referenceIn(versions: readonly VersionRow[]): readonly string[] {
  const current = versions.find(({ label }) => label === 'CURRENT');
  return current?.reference == null ? [] : [`secret:   ${safeText(writeReference(current.reference))}`];
}

async function readAll(gateway: Gateway): Promise<readonly ConnectionRow[]> {
  const rows: ConnectionRow[] = [];
  for (let after: string | null = null; ; ) {
    const {
      connections,
    }: { connections: { edges: readonly { node: ConnectionRow }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } } =
      await gateway.run(
        `query ($after: String) { connections(first: 100, after: $after) { edges { node { ${LISTED} } } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
    rows.push(...connections.edges.map(({ node }) => node));
    if (!connections.pageInfo.hasNextPage) return rows;
    after = connections.pageInfo.endCursor;
  }
}

async function kindOf(gateway: Gateway, id: string): Promise<string> {
  return (await gateway.run<{ connection: { kind: string } }>('query ($id: UUID!) { connection(id: $id) { kind } }', { id })).connection
    .kind;
}

async function testAll(gateway: Gateway, id: string, only: string | undefined): Promise<readonly Validation[]> {
  const names = only === undefined ? await validatorsOf(gateway, await kindOf(gateway, id)) : [only];
  const results: Validation[] = [];
  for (const name of names) {
    const { testExistingConnectionV2 } = await gateway.run<{ testExistingConnectionV2: Validation }>(
      'query ($id: UUID!, $name: String!) { testExistingConnectionV2(connectionId: $id, validationName: $name) { success validationName errors { code friendlyMessage resolution } warnings { code friendlyMessage resolution } } }',
      { id, name },
    );
    results.push(testExistingConnectionV2);
  }
  return results;
}

async function validatorsOf(gateway: Gateway, kind: string): Promise<readonly string[]> {
  const { getSupportedValidationsV2 } = await gateway.run<{
    getSupportedValidationsV2: { supportedValidations: readonly { name: string }[] };
  }>('query ($kind: String!) { getSupportedValidationsV2(connectionType: $kind) { supportedValidations { name } } }', { kind });
  return getSupportedValidationsV2.supportedValidations.map(({ name }) => name);
}

function describe({ success, validationName, errors, warnings }: Validation): readonly string[] {
  return [
    `${success ? 'passed' : 'FAILED'}  ${validationName}`,
    ...[...errors, ...warnings].map(
      ({ code, friendlyMessage, resolution }) => `        ${code}: ${safeText(friendlyMessage)} ${safeText(resolution)}`,
    ),
  ];
}
