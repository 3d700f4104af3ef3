import type { Connector } from '../../domain/connector/connector.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { testAndStage } from '../../operations/changes/test-and-stage.ts';
import type { Services } from '../../operations/services.ts';
import { VALIDATES } from '../plugins/operation-priority.ts';
import type { Builder } from '../schema/builder.ts';
import { readTestOptions } from '../schema/validations/test-options.ts';
import type { ValidationTypes } from '../schema/validations/validation-types.ts';
import { testedPayload } from './kinds/test-v1.ts';

interface DatabaseArguments {
  readonly connectionType?: string | null | undefined;
  readonly dbType?: string | null | undefined;
  readonly sslOptions?: SslInput | null | undefined;
}

interface SslInput {
  readonly ca?: string | null | undefined;
  readonly caData?: string | null | undefined;
  readonly cert?: string | null | undefined;
  readonly key?: string | null | undefined;
  readonly mechanism?: string | null | undefined;
  readonly skipVerification?: boolean | null | undefined;
}

/** The lead API's older test mutation of databases that have none of their own, with flat arguments and TLS options of its own. */
export function addTestDatabase(
  builder: Builder,
  { v1, testOptions }: ValidationTypes,
  { connectors }: Pick<Services, 'connectors'>,
): void {
  const tested = testedPayload(builder, v1, 'TestDatabaseCredentials', true);
  const ssl = builder.inputType('SslInputOptions', {
    fields: (t) => ({
      ca: t.string(),
      caData: t.string(),
      cert: t.string(),
      key: t.string(),
      mechanism: t.string(),
      skipVerification: t.boolean(),
    }),
  });
  builder.mutationField('testDatabaseCredentials', (t) =>
    t.field({
      type: tested,
      extensions: VALIDATES,
      description: 'Runs every validator on the given details and stages them when all passed.',
      args: {
        assumableRole: t.arg.string(),
        connectionOptions: t.arg({ type: testOptions }),
        connectionType: t.arg.string(),
        dbName: t.arg.string(),
        dbType: t.arg.string(),
        externalId: t.arg.string(),
        host: t.arg.string(),
        password: t.arg.string(),
        port: t.arg.int(),
        sslOptions: t.arg({ type: ssl }),
        user: t.arg.string(),
      },
      resolve: (_, { connectionOptions, ...given }, context) =>
        testAndStage(context.services, context.actor, {
          ...readDatabase(connectors, given),
          ...readTestOptions(connectionOptions, context),
        }),
    }),
  );
}

/** The kinds that this mutation is of say so; a member of a family is told by its discriminator, or by its own name as the type. */
function readDatabase(
  connectors: Services['connectors'],
  { connectionType, dbType, sslOptions, ...rest }: DatabaseArguments & Readonly<Record<string, unknown>>,
) {
  const kind = connectionType ?? dbType;
  const isOfThis = ({ lead }: Connector) => lead.testV1 === 'database';
  if (kind == null) {
    const alone = connectors
      .all()
      .filter(isOfThis)
      .map((connector) => connector.kind);
    const shared = connectors.all().flatMap(({ family }) => (family === null ? [] : `${family.kind} with a ${family.discriminator}`));
    throw badRequest('connectionType', `Name the connectionType: ${[...alone, ...new Set(shared)].join(', or ')}.`);
  }
  const connector = connectors.find(kind);
  const details = {
    // A field that a kind does not have is unknown to it, empty or not; clients send all of them.
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value != null)),
    ...(sslOptions == null ? {} : { sslOptions: readSsl(sslOptions) }),
    ...(dbType == null || (connector !== null && isOfThis(connector)) ? {} : { dbType }),
  };
  return { kind, details };
}

function readSsl({ ca, caData, cert, key, mechanism, skipVerification }: SslInput) {
  if (mechanism != null)
    throw badRequest('sslOptions.mechanism', 'Certificates are given by value, as PEM in caData, cert and key; leave mechanism out.');
  return { caData: caData ?? ca, certData: cert, keyData: key, skipCertVerification: skipVerification };
}
