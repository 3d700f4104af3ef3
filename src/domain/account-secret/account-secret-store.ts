import type { AccountSecret, AccountSecretVersion } from './account-secret.ts';

export interface AccountSecretReaders {
  /** One that is not deleted. */
  find(projectId: string, name: string): Promise<AccountSecret | null>;
  /** Those that are not deleted, by name. */
  all(projectId: string, limit: number): Promise<readonly AccountSecret[]>;
  version(secretId: string, version: number): Promise<AccountSecretVersion | null>;
  /** Versions of the project that still hold what these generations of its data key have sealed. */
  ofGenerations(projectId: string, generations: readonly number[], limit: number): Promise<readonly AccountSecretVersion[]>;
  /** For `doctor`: versions of all projects that hold something, by secret and version, however they were altered. */
  scan(after: Pick<AccountSecretVersion, 'secretId' | 'version'> | null, limit: number): Promise<readonly AccountSecretVersion[]>;
}

/** Take `lock('account-secrets/<project>', 'exclusive')` first. */
export interface AccountSecretWriters extends AccountSecretReaders {
  /** False when the name is taken. */
  insert(secret: AccountSecret, version: AccountSecretVersion): Promise<boolean>;
  /** With a new version what older ones hold is destroyed. False when it is gone. */
  update(secret: AccountSecret, version: AccountSecretVersion | null): Promise<boolean>;
  /** Destroys what it holds. False when it is gone. */
  remove(secret: Pick<AccountSecret, 'id' | 'projectId'>, now: number, by: string): Promise<boolean>;
  /** Only if the version is as it was read. */
  reseal(version: AccountSecretVersion, sealed: Pick<AccountSecretVersion, 'keyGeneration'> & { readonly blob: Buffer }): Promise<boolean>;
}
