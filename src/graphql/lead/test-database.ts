import type { Connector } from '../../domain/connector/connector.ts';
import type { WireShape } from '../../domain/connector/lead.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { StageCreation } from '../../operations/changes/stage-creation.ts';
import { testAndStage } from '../../operations/changes/test-and-stage.ts';
import type { Services } from '../../operations/services.ts';
import { VALIDATES } from '../plugins/operation-priority.ts';
import type { Builder } from '../schema/builder.ts';
import { readTestOptions } from '../schema/validations/test-options.ts';
import type { ValidationTypes } from '../schema/validations/validation-types.ts';
import { readOlder } from './kinds/older-details.ts';
import { testedPayload } from './kinds/test-v1.ts';
import type { WireInputs } from './kinds/wire-inputs.ts';
import { wireShapeOf } from './kinds/wire-shape.ts';

type Connectors = Pick<Services, 'connectors'>['connectors'];

/** What it takes of a database's fields, whatever the kind. */
const FIELDS = ['dbName', 'host', 'password', 'port', 'sslOptions', 'user', 'assumableRole', 'externalId'];

/** The lead API's older test mutation of databases that have none of their own, with flat arguments. */
export function addTestDatabase(
  builder: Builder,
  { v1, testOptions }: ValidationTypes,
  { connectors }: Pick<Services, 'connectors'>,
  inputs: WireInputs,
): void {
  const tested = testedPayload(builder, v1, 'TestDatabaseCredentials', true);
  const shape: WireShape = Object.fromEntries(
    connectors
      .all()
      .filter(isDatabase)
      .flatMap((connector) => Object.entries(wireShapeOf(connector, 'older'))),
  );
  builder.mutationField('testDatabaseCredentials', (t) =>
    t.field({
      type: tested,
      extensions: VALIDATES,
      description: 'Runs every validator on the given details and stages them when all passed.',
      args: {
        connectionOptions: t.arg({ type: testOptions }),
        connectionType: t.arg.string(),
        dbType: t.arg.string(),
        ...inputs.args(t.arg, Object.fromEntries(FIELDS.map((name) => [name, shape[name] ?? { type: 'String' }]))),
      },
      resolve: (_, { connectionOptions, connectionType, dbType, ...given }: Record<string, unknown>, context) =>
        testAndStage(context.services, context.actor, {
          ...readDatabase(connectors, { connectionType: textOf(connectionType), dbType: textOf(dbType) }, given),
          ...readTestOptions(connectionOptions as Parameters<typeof readTestOptions>[0], context),
        }),
    }),
  );
}

/** Kinds say whether this mutation is for them; a member of a family is named by its discriminator, or by its own name as the type. */
function readDatabase(
  connectors: Connectors,
  { connectionType, dbType }: { readonly connectionType: string | null; readonly dbType: string | null },
  given: Readonly<Record<string, unknown>>,
): StageCreation {
  const kind = connectionType ?? dbType;
  if (kind === null) {
    const alone = connectors.all().filter(isOfThis);
    const shared = connectors.all().flatMap(({ family }) => (family === null ? [] : `${family.kind} with a ${family.discriminator}`));
    throw badRequest(
      'connectionType',
      `Name the connectionType: ${[...alone.map((connector) => connector.kind), ...new Set(shared)].join(', or ')}.`,
    );
  }
  const connector = connectors.find(kind) ?? (dbType === null ? null : connectors.member(kind, dbType));
  // A field that a kind does not have is unknown to it, empty or not; clients send all of them.
  const filled = Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
  return {
    kind,
    details: {
      ...(connector === null ? filled : readOlder(connector, filled)),
      ...(dbType === null || (connector !== null && isOfThis(connector)) ? {} : { dbType }),
    },
  };
}

function isOfThis({ lead }: Connector): boolean {
  return lead.testV1 === 'database';
}

function isDatabase(connector: Connector): boolean {
  return isOfThis(connector) || connector.family !== null;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
