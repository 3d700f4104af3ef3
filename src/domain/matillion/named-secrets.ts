import type { Details } from '../connection/details/details.ts';
import type { NamedSecret, SecretNaming } from '../connection/reference/named-secret.ts';
import { type Layer, layered, type MatillionSettings } from './environment-override.ts';
import { SECRET_REFERENCES } from './secret-reference.ts';
import { namesReference, namesSecret } from './unfit-connection.ts';

/**
 * What jobs are given of a connection: its settings, the values of the secrets that its properties name, and in `environments` the same for
 * each environment that overrides them.
 */
export const MATILLION_NAMING: SecretNaming = {
  secretsOf(details) {
    return layersOf(details).flatMap(({ environment, layer }) => namedSecrets(layer, environment !== null));
  },
  forJob(details, readValue) {
    const { environmentOverrides: _overrides, ...own } = settingsOf(details);
    const valuesOf = ({ layer, environment }: EnvironmentLayer) => ({
      secretValues: Object.fromEntries(
        namedSecrets(layer, environment !== null).flatMap((secret) => {
          const value = readValue(secret);
          return value === null ? [] : [[secret.member, value]];
        }),
      ),
    });
    const [base, ...environments] = layersOf(details);
    return {
      ...own,
      ...(base === undefined ? {} : valuesOf(base)),
      ...(environments.length === 0
        ? {}
        : { environments: Object.fromEntries(environments.map((one) => [one.environment, { ...one.layer, ...valuesOf(one) }])) }),
    };
  },
};

interface EnvironmentLayer {
  /** Null for the connection itself, which comes first. */
  readonly environment: string | null;
  readonly layer: Layer;
}

function layersOf(details: Details): readonly EnvironmentLayer[] {
  const { connectionProperties, secretsLocation, environmentOverrides = {} } = settingsOf(details);
  const base = { connectionProperties, ...(secretsLocation === undefined ? {} : { secretsLocation }) };
  return [
    { environment: null, layer: base },
    ...Object.entries(environmentOverrides).map(([environment, override]) => ({ environment, layer: layered(base, override) })),
  ];
}

/**
 * The secrets that properties name: `secretName`, `clientSecretName` and the like, each with the member that `secretKey` says beside it, and
 * `passwordReference` and the like, which name a secret reference of the project.
 */
function namedSecrets({ connectionProperties, secretsLocation }: Layer, isOptional: boolean): readonly NamedSecret[] {
  const location = secretsLocation ?? null;
  return Object.entries(connectionProperties).flatMap(([member, name]): readonly NamedSecret[] => {
    if (namesReference(member)) return [{ member, name, key: null, location, records: SECRET_REFERENCES, isOptional }];
    if (!namesSecret(member)) return [];
    const key = connectionProperties[member.replace(/Name$/, 'Key')] ?? null;
    return [{ member, name, key, location, records: null, isOptional }];
  });
}

/** Details come here parsed by the fields of one of Matillion's kinds. */
function settingsOf(details: Details): MatillionSettings {
  return details as unknown as MatillionSettings;
}
