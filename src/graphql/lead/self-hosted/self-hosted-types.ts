import type { SecretProviderName } from '../../../domain/connection/reference/secret-reference.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import type { GivenPath } from '../../../operations/references/read-reference.ts';
import { awsPath, azurePath, textOf, variablePath } from './secret-paths.ts';

type Given = Readonly<Record<string, unknown>>;

/** One of the lead API's types of self-hosted credentials: whose secret it is, and which fields say where it is. */
export interface SelfHostedType {
  readonly provider: SecretProviderName;
  /** With their descriptions; the first one names the secret. */
  readonly fields: Readonly<Record<string, string>>;
  pathOf(given: Given): GivenPath['value'];
}

/** A manager whose secrets have names of one part. */
function named(provider: SecretProviderName, field: string, description: string): SelfHostedType {
  return { provider, fields: { [field]: description }, pathOf: (given) => textOf(given[field]) };
}

export const DECRYPTION = 'What decrypts the variable, with kmsKeyId, which alone says it, too.';

/** Whoever asks AWS says these, for a secret and for a key alike. */
const OF_AWS = {
  awsRegion: 'AWS region, where a secret or a key in KMS is named without its ARN.',
  assumableRole:
    "ARN of a role that reads the secret, or uses the key in KMS, in place of the gateway's own identity, where the operator granted it to the project.",
  externalId: 'The external id that the gateway gave the project: the role is assumed with it in any case, and no other is taken.',
};

const TYPES: Readonly<Record<string, SelfHostedType>> = {
  ENV_VAR: {
    provider: 'env',
    fields: {
      envVarName: 'Begins with MCD_ or CHANGEOVER_SECRET_.',
      decryptionServiceType: DECRYPTION,
      kmsKeyId:
        "ARN, id or alias of the key in AWS KMS that decrypts the variable, which holds the ciphertext as aws kms encrypt prints it, base64. An id or alias is in the gateway's own account, or the role's.",
      ...OF_AWS,
    },
    pathOf: variablePath,
  },
  AWS_SECRETS_MANAGER: {
    provider: 'aws',
    fields: { awsSecret: "ARN of a secret, or its name in the gateway's own account.", ...OF_AWS },
    pathOf: (given) => awsPath(given),
  },
  GCP_SECRET_MANAGER: named('gcp', 'gcpSecret', 'projects/ID/secrets/NAME, and /versions/VERSION unless the latest is meant.'),
  AZURE_KEY_VAULT: {
    provider: 'azure',
    fields: {
      akvSecret: 'Name of a secret of the key vault.',
      akvVaultName: 'Name of the key vault.',
      akvVaultUrl: 'In place of its name: the address of the key vault.',
    },
    pathOf: azurePath,
  },
  FILE: named('file', 'filePath', 'An absolute path where the gateway runs.'),
  // Ours.
  ACCOUNT_SECRET: named('account', 'accountSecret', 'The name of an account secret.'),
  HASHICORP_VAULT: named('vault', 'vaultPath', 'Path of a key/value secret of Vault as policies have it, such as secret/data/sales.'),
};

/** What the first form of the lead API calls some of them. */
const ALIASES: Readonly<Record<string, string>> = { SECRETSMANAGER: 'AWS_SECRETS_MANAGER' };

/** As the enums of the published contract have them. */
export const SELF_HOSTED_TYPES = Object.keys(TYPES);

/** All types that are read here. */
export const READ_TYPES: readonly SelfHostedType[] = Object.values(TYPES);

/** Every field that says where a secret is, with its description. */
export const PATH_FIELDS: Readonly<Record<string, string>> = Object.assign({}, ...READ_TYPES.map(({ fields }) => fields));

/** Where the secret is by the fields of one type, of all that a caller gave. */
export function givenPath({ fields, pathOf }: SelfHostedType, given: Given): GivenPath {
  const names = Object.keys(fields).filter((name) => given[name] != null);
  const also = READ_TYPES.filter((other) => other.fields !== fields && names.every((name) => Object.hasOwn(other.fields, name)));
  return { value: pathOf(given), field: names[0] ?? Object.keys(fields)[0] ?? '', also: also.map(({ provider }) => provider) };
}

/** Throws BAD_REQUEST that names the field it was given in, and the types there are. */
export function selfHostedType(given: unknown, field: string): SelfHostedType {
  const name = String(given ?? '')
    .trim()
    .toUpperCase()
    .replaceAll('-', '_');
  const type = Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name;
  const found = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(TYPES);
  throw badRequest(field, `Secrets of this manager are not read here; ${known.slice(0, -1).join(', ')} and ${known.at(-1)} are.`, {
    known,
  });
}
