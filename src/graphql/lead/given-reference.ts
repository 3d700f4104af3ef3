import type { SecretProviderName } from '../../domain/connection/reference/secret-reference.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { GivenReference } from '../../operations/references/stage-reference.ts';

interface ReferenceInput {
  readonly provider?: SecretProviderName | null | undefined;
  readonly path?: string | null | undefined;
  readonly key?: string | null | undefined;
}

/** Our own input: provider, path and key. */
export function givenReference({ provider, path, key }: ReferenceInput, beside: GivenReference['beside']): GivenReference {
  if (path != null && provider == null) throw badRequest('reference.provider', 'Say whose path it is.');
  const pathOf = (name: SecretProviderName) => ({ value: name === provider ? (path ?? null) : null, field: 'reference.path' });
  return {
    ...(provider == null ? {} : { provider }),
    paths: pathsOf(pathOf),
    ...(key === undefined ? {} : { key }),
    beside,
  };
}

/** The lead API's types of self-hosted credentials; null for managers that nothing here reads. */
export const SELF_HOSTED_TYPES: Readonly<Record<string, SecretProviderName | null>> = {
  ENV_VAR: 'env',
  AWS_SECRETS_MANAGER: null,
  GCP_SECRET_MANAGER: null,
  AZURE_KEY_VAULT: null,
  FILE: 'file',
  // Ours.
  ACCOUNT_SECRET: 'account',
};

/** Validators are the same wherever the secret stays; a type that nobody has is refused all the same. */
export function requireSelfHostedType(given: string | null | undefined): void {
  const known = Object.keys(SELF_HOSTED_TYPES);
  if (given != null && !known.includes(given.trim().toUpperCase().replaceAll('-', '_')))
    throw badRequest('selfHostedCredentialsType', `selfHostedCredentialsType is one of ${known.join(', ')}.`, { known });
}

const READ_HERE = Object.keys(SELF_HOSTED_TYPES).filter((type) => SELF_HOSTED_TYPES[type] !== null);

/** Fields of managers that nothing here reads. */
export const FOREIGN_FIELDS = [
  'kmsKeyId',
  'awsSecret',
  'gcpSecret',
  'akvVaultName',
  'akvVaultUrl',
  'akvSecret',
  'awsRegion',
  'assumableRole',
  'externalId',
] as const;

/** The lead API's input, which has a field for the path in each manager. */
export function selfHostedReference(given: Readonly<Record<string, unknown>>): GivenReference {
  const {
    selfHostedCredentialsType: type,
    connectionType: _,
    decryptionServiceType: __,
    envVarName,
    filePath,
    accountSecret,
    ...beside
  } = given;
  const provider = type == null ? undefined : SELF_HOSTED_TYPES[String(type).toUpperCase()];
  if (type != null && provider == null) throw notReadHere('selfHostedCredentialsType');
  const foreign = ['decryptionServiceType', ...FOREIGN_FIELDS].find((name) => given[name] != null);
  if (foreign !== undefined)
    throw badRequest(
      foreign,
      `${foreign} belongs to a manager that is not read here. ENV_VAR takes envVarName, FILE takes filePath, and ACCOUNT_SECRET takes accountSecret.`,
    );
  return {
    ...(provider == null ? {} : { provider }),
    paths: {
      env: { value: textOf(envVarName), field: 'envVarName' },
      file: { value: textOf(filePath), field: 'filePath' },
      account: { value: textOf(accountSecret), field: 'accountSecret' },
    },
    beside: Object.fromEntries(Object.entries(beside).filter(([, value]) => value != null)),
  };
}

/** The lead API's first form: a mechanism and a key. */
export function selfHostedByKey(mechanism: string | null, key: string | null): GivenReference {
  const type = (mechanism ?? '').trim().toUpperCase().replaceAll('-', '_');
  const provider = Object.hasOwn(SELF_HOSTED_TYPES, type) ? SELF_HOSTED_TYPES[type] : null;
  if (provider == null) throw notReadHere('selfHostingMechanism');
  const pathOf = (name: SecretProviderName) => ({ value: name === provider ? key : null, field: 'selfHostingKey' });
  return { provider, paths: pathsOf(pathOf), beside: {} };
}

const SNAKE_FIELDS: Readonly<Record<string, string>> = {
  self_hosted_credentials_type: 'selfHostedCredentialsType',
  env_var_name: 'envVarName',
  file_path: 'filePath',
  account_secret: 'accountSecret',
};

/** The reference that the snake_case changes of a one-shot update hold; null where they hold none. */
export function selfHostedChanges(changes: Readonly<Record<string, unknown>>): GivenReference | null {
  const own = Object.entries(changes).filter(([name]) => Object.hasOwn(SNAKE_FIELDS, name));
  if (own.length === 0) return null;
  const beside = Object.fromEntries(Object.entries(changes).filter(([name]) => !Object.hasOwn(SNAKE_FIELDS, name)));
  return { ...selfHostedReference(Object.fromEntries(own.map(([name, value]) => [SNAKE_FIELDS[name], value]))), beside };
}

function pathsOf(pathOf: (name: SecretProviderName) => GivenReference['paths'][SecretProviderName]): GivenReference['paths'] {
  return { env: pathOf('env'), file: pathOf('file'), account: pathOf('account') };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function notReadHere(field: string) {
  return badRequest(field, `Secrets of this manager are not read here; ${READ_HERE.slice(0, -1).join(', ')} and ${READ_HERE.at(-1)} are.`, {
    known: READ_HERE,
  });
}
