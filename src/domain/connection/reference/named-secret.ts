import type { RecordKind } from '../../dialect/dialect-record.ts';
import type { ProviderGrant, SecretProviderName } from './secret-reference.ts';

/**
 * Settings of some kinds name secrets that stay outside, several of them or none. What they lead to is read for a job that takes a lease, and
 * for nobody else: nothing that the gateway itself sends holds it.
 */
export interface NamedSecret {
  /** The setting, or the member of one, that names it: the job finds its value under this name. */
  readonly member: string;
  readonly name: string;
  /** The member of the secret's JSON object whose text is meant; null for the whole text. */
  readonly key: string | null;
  /** Where it is, in the words of the kind's own product; null for where the project's secrets are. */
  readonly location: Readonly<Record<string, string>> | null;
  /** Null where `name` is the secret's own; else it is that of a record of the project, which has the secret's name and key. */
  readonly records: RecordKind | null;
  /** For some of the jobs alone: where it can't be read, the others are given the rest. */
  readonly isOptional: boolean;
}

/** Settings and secrets, by the connector's own field keys. */
type PlainDetails = Readonly<Record<string, unknown>>;

/** How a kind names secrets. */
export interface SecretNaming {
  secretsOf(details: PlainDetails): readonly NamedSecret[];
  /** What a job is given; `readValue` gives null for an optional secret that could not be read. */
  forJob(details: PlainDetails, readValue: (secret: NamedSecret) => string | null): PlainDetails;
}

export interface FoundSecret {
  readonly provider: SecretProviderName;
  readonly path: string;
}

const ANY = (location: Readonly<Record<string, string>>, ...names: readonly string[]) =>
  names.map((name) => location[name]).find((value) => value !== undefined);

/** Folded types of locations; what another product calls its vaults, and the providers of ours. */
const TYPES: Readonly<Record<string, SecretProviderName>> = {
  AWS_SECRET_MANAGER: 'aws',
  AWS_SECRETS_MANAGER: 'aws',
  AZURE_KEY_VAULT: 'azure',
  GOOGLE_SECRET_MANAGER: 'gcp',
  HASHICORP_VAULT: 'vault',
  ENVIRONMENT: 'env',
  FILE: 'file',
  ACCOUNT_SECRET: 'account',
};

/**
 * The secret of ours that a name stands for. Without a location that is the project's one vault: the prefix of its only grant, or its account
 * secrets where it has none. Null where it can't be told which is meant.
 */
export function findNamedSecret({ name, location }: NamedSecret, grants: readonly ProviderGrant[]): FoundSecret | null {
  const type = location?.type ?? (location?.region === undefined ? undefined : 'AWS_SECRET_MANAGER');
  if (location === null || type === undefined) {
    const [grant, ...others] = grants;
    if (grant === undefined) return { provider: 'account', path: name };
    return others.length > 0 ? null : { provider: grant.provider, path: below(grant, name) };
  }
  const provider = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  const path = provider === undefined ? null : pathOf(provider, name, location);
  return provider === undefined || path === null ? null : { provider, path };
}

function below({ provider, prefix }: ProviderGrant, name: string): string {
  return provider === 'file' && !prefix.endsWith('/') ? `${prefix}/${name}` : `${prefix}${name}`;
}

function pathOf(provider: SecretProviderName, name: string, location: Readonly<Record<string, string>>): string | null {
  switch (provider) {
    case 'aws':
      if (name.startsWith('arn:')) return name;
      return location.region === undefined ? null : `${location.region}/${name}`;
    case 'azure': {
      const vault = ANY(location, 'vaultUrl', 'keyVaultUrl', 'vault', 'keyVault', 'keyVaultName', 'vaultName');
      if (vault === undefined) return null;
      return `${vault.includes('://') ? vault.replace(/\/+$/, '') : `https://${vault}.vault.azure.net`}/secrets/${name}`;
    }
    case 'gcp': {
      const project = ANY(location, 'project', 'projectId');
      return project === undefined ? null : `projects/${project}/secrets/${name}`;
    }
    case 'vault':
    case 'file': {
      const folder = ANY(location, 'path', 'folder');
      return folder === undefined ? name : `${folder.replace(/\/+$/, '')}/${name}`;
    }
    default:
      return name;
  }
}
