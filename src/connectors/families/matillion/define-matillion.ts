import type { Connector, Rule } from '../../../domain/connector/connector.ts';
import { defineConnector } from '../../../domain/connector/define-connector.ts';
import type { DetailsOf } from '../../../domain/connector/field.ts';
import { validator } from '../../../domain/connector/validator.ts';
import { arnSuffixWarnings } from '../../../domain/matillion/arn-suffix.ts';
import { layered } from '../../../domain/matillion/environment-override.ts';
import { MATILLION_NAMING } from '../../../domain/matillion/named-secrets.ts';
import { kindOfPlatformType, type PlatformType } from '../../../domain/matillion/platform-types.ts';
import { type Unfit, unfitConnection, unfitProperties } from '../../../domain/matillion/unfit-connection.ts';
import { MATILLION_FIELDS } from './matillion-fields.ts';

type Details = DetailsOf<typeof MATILLION_FIELDS>;

/** The kind of Matillion's connections of one platform type. It holds names of secrets and dials nobody: jobs are given what the names stand for. */
export function defineMatillionKind(type: PlatformType, title: string): Connector {
  return defineConnector({
    kind: kindOfPlatformType(type),
    title,
    category: 'other',
    fields: MATILLION_FIELDS,
    rules: [fits(type), overridesFit(type)],
    validators: [
      validator<Details>('validate_connection', {
        mandatory: true,
        description:
          'Reads each secret that the properties name, tells which of them can not be read, and warns of names that end like ARNs of AWS. Nobody is logged in to.',
        // What can't be read has ended the run before it comes here.
        run: async ({ credentials }) => ({ errors: [], warnings: arnSuffixWarnings(credentials) }),
      }),
    ],
    naming: MATILLION_NAMING,
    speaks: 'nothing: the secrets that it names are read where they are',
    leastPrivileges: ['Let the gateway read the named secrets alone; the guide on secret references has the statements.'],
    tested: { against: 'server', what: 'secrets in files and in the gateway itself', client: null },
  });
}

const first = (unfit: readonly Unfit[]) => unfit[0] ?? null;

function fits(type: PlatformType): Rule<Details> {
  return (details) => first(unfitConnection(type, details));
}

function overridesFit(type: PlatformType): Rule<Details> {
  return ({ authType, connectionProperties, environmentOverrides = {} }) =>
    first(
      Object.values(environmentOverrides).flatMap((override) =>
        unfitProperties(type, authType, layered({ connectionProperties }, override).connectionProperties).map(({ path, message }) => ({
          path: `environmentOverrides.${path}`,
          message,
        })),
      ),
    );
}
