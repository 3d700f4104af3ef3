import { ROLE_ARN } from '../../domain/aws/gateway-aws.ts';
import type { SecretProviderName } from '../../domain/connection/reference/secret-reference.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import type { GivenPath } from '../../operations/references/read-reference.ts';

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

const TYPES: Readonly<Record<string, SelfHostedType>> = {
  ENV_VAR: named('env', 'envVarName', 'Begins with MCD_ or CHANGEOVER_SECRET_.'),
  AWS_SECRETS_MANAGER: {
    provider: 'aws',
    fields: {
      awsSecret: "ARN of a secret, or its name in the gateway's own account.",
      awsRegion: 'AWS region, where the secret is named without its ARN.',
      assumableRole:
        "ARN of a role that reads the secret in place of the gateway's own identity, where the operator granted it to the project.",
      externalId: 'The external id that the gateway gave the project: the role is assumed with it in any case, and no other is taken.',
    },
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

/** Of the lead API, and of no use here, so that it is refused by name: a variable holds the secret itself. */
export const FOREIGN_FIELDS = ['kmsKeyId'] as const;

/** As the enums of the published contract have them. */
export const SELF_HOSTED_TYPES = Object.keys(TYPES);

/** All types that are read here. */
export const READ_TYPES: readonly SelfHostedType[] = Object.values(TYPES);

/** Every field that says where a secret is, with its description. */
export const PATH_FIELDS: Readonly<Record<string, string>> = Object.assign({}, ...READ_TYPES.map(({ fields }) => fields));

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

/** An ARN says its region; a name comes with one, or keeps that of the name in use, as it keeps the role. */
export function awsPath({ awsSecret, awsRegion, assumableRole }: Given, regionField = 'awsRegion'): GivenPath['value'] {
  const [secret, region, role] = [textOf(awsSecret), textOf(awsRegion), textOf(assumableRole)];
  if (secret === null && region === null && role === null) return null;
  if (role !== null && !ROLE_ARN.test(role)) throw badRequest('assumableRole', 'assumableRole has to be the whole ARN of a role.');
  return (kept) => {
    const [, keptSecret = kept, keptRole = null] = /^(.*)[?&]role=(.*)$/.exec(kept ?? '') ?? [];
    return withRole(awsSecretPath({ secret, region, kept: keptSecret }, regionField), role ?? keptRole);
  };
}

function withRole(path: string, role: string | null): string {
  return role === null ? path : `${path}${path.includes('?') ? '&' : '?'}role=${role}`;
}

interface AwsName {
  readonly secret: string | null;
  readonly region: string | null;
  readonly kept: string | null;
}

function awsSecretPath({ secret, region, kept }: AwsName, regionField: string): string {
  const [, keptRegion, keptName] = /^([a-z0-9-]+)\/([^?]+)/.exec(kept ?? '') ?? [];
  const name = secret ?? keptName ?? kept;
  if (name === null) throw badRequest('awsSecret', 'awsSecret is required.');
  if (name.startsWith('arn:')) {
    if (region !== null && name.split(':')[3] !== region) throw badRequest(regionField, `${regionField} is another than that of the ARN.`);
    return name;
  }
  if ((region ?? keptRegion) === undefined)
    throw badRequest(regionField, `${regionField} is required with the name of a secret; an ARN says it itself.`);
  return `${region ?? keptRegion}/${name}`;
}

/** Name and vault may come one by one: what is left out stays as it was. */
function azurePath({ akvSecret, akvVaultName, akvVaultUrl }: Given): GivenPath['value'] {
  const [name, vaultName, url] = [akvSecret, akvVaultName, akvVaultUrl].map(textOf);
  if (name === null && vaultName === null && url === null) return null;
  return (kept) => {
    const [, keptVault, keptName] = /^(.+)\/secrets\/([^/]+)/.exec(kept ?? '') ?? [];
    if (vaultName != null && !/^[A-Za-z0-9-]{3,24}$/.test(vaultName))
      throw badRequest('akvVaultName', 'The name of a key vault has 3 to 24 letters, digits and dashes.');
    const byName = vaultName == null ? undefined : `https://${vaultName.toLowerCase()}.vault.azure.net`;
    const byUrl = url?.replace(/\/+$/, '').toLowerCase();
    if (byName !== undefined && byUrl !== undefined && !byUrl.startsWith(`https://${vaultName?.toLowerCase()}.`))
      throw badRequest('akvVaultUrl', 'akvVaultUrl is of another vault than akvVaultName.');
    const vault = byUrl ?? byName ?? keptVault;
    if (vault === undefined) throw badRequest('akvVaultName', 'akvVaultName or akvVaultUrl is required.');
    if ((name ?? keptName) === undefined) throw badRequest('akvSecret', 'akvSecret is required.');
    return `${vault}/secrets/${name ?? keptName}`;
  };
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
