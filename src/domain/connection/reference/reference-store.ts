import type { PageRequest } from '../../ports/page.ts';
import type { ProviderGrant, SecretDestination, SecretName, SecretProviderName } from './secret-reference.ts';

export interface ProviderGrantReaders {
  /** In the order they were made. Throws INTEGRITY when one of them was altered. */
  of(projectId: string): Promise<readonly ProviderGrant[]>;
  /** The same to be shown: one that was altered is marked so. */
  shown(projectId: string): Promise<readonly ProviderGrant[]>;
}

export interface ProviderGrantWriters extends ProviderGrantReaders {
  /** False when it is there already: of two racing callers one gets true. */
  insert(grant: ProviderGrant): Promise<boolean>;
  /** False when it is not there (any more). */
  remove(grant: Pick<ProviderGrant, 'projectId' | 'provider' | 'prefix'>): Promise<boolean>;
}

export interface SecretDestinationReaders {
  /** Of all members of the secret, in the order they were bound. */
  of(name: Omit<SecretName, 'member'>): Promise<readonly SecretDestination[]>;
  /** Paths of a provider's secrets that are bound to any destination, sorted; `after` is the last one seen. */
  paths(projectId: string, provider: SecretProviderName, after: string, limit: number): Promise<readonly string[]>;
  /** Of the whole project, newest first. */
  page(projectId: string, page: PageRequest): Promise<readonly SecretDestination[]>;
}

export interface SecretDestinationWriters extends SecretDestinationReaders {
  /** False when it is there already. Whether it is the first of its secret is seen under a lock. */
  insert(destination: SecretDestination): Promise<boolean>;
  /** Ends all of a secret's destinations, of every member; returns them. */
  remove(name: Omit<SecretName, 'member'>): Promise<readonly SecretDestination[]>;
}
