import type { Command } from 'commander';
import { kindAndSettings, listValidators, type TestConnectionQuery, testConnection } from '../../documents/documents.ts';
import { present, required } from '../../gateway/present.ts';
import type { Gateway } from '../../gateway/transport.ts';
import { print, safeText, styled } from '../../output/output.ts';
import { gatewayCommand } from '../shared.ts';

export function addTestCommand(connection: Command): void {
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
}

type Validation = NonNullable<TestConnectionQuery['testExistingConnectionV2']>;

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

export async function validatorsOf(gateway: Gateway, kind: string): Promise<readonly string[]> {
  const { getSupportedValidationsV2: supported } = await gateway.run(listValidators, { kind });
  return present(present(required(supported).supportedValidations).map(({ name }) => name));
}

const OUTCOMES: Readonly<Record<string, string>> = { PASSED: 'passed ', WARNING: 'passed ', SKIPPED: 'skipped', FAILED: 'FAILED ' };

function describe({ success, status, validationName, errors, warnings }: Validation, verbose: boolean): readonly string[] {
  return [
    `${styled(success === true ? 'green' : 'red', OUTCOMES[status] ?? 'FAILED ')}  ${validationName}`,
    ...[...present(errors), ...present(warnings).map((warning) => ({ ...warning, stackTrace: null }))].flatMap(
      ({ code, friendlyMessage, resolution, stackTrace }) => [
        `         ${code}: ${safeText(friendlyMessage)} ${safeText(resolution)}`,
        ...(verbose && stackTrace != null ? stackTrace.split('\n').map((frame) => `           at ${safeText(frame)}`) : []),
      ],
    ),
  ];
}
