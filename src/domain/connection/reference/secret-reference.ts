import type { AssumableRoles } from '../../aws/gateway-aws.ts';
import type { EndpointPart } from '../../connector/field.ts';

/**
 * A secret reference names credentials that stay in an outside manager. It is stored in clear on a version, in place of sealed
 * credentials; what it leads to is read when it is needed, and kept for five minutes at most.
 */
export interface SecretReference {
  readonly provider: SecretProviderName;
  /** The name of the variable or of the account secret, the path of the file, or how the manager itself names a secret. */
  readonly path: string;
  /** The member of the secret's JSON object that holds the credentials; null where the whole secret does. */
  readonly key: string | null;
}

/** What a change of the reference is called among the changed fields. */
export function changedReference(before: SecretReference | null, after: SecretReference | null): readonly string[] {
  const isSame = before?.provider === after?.provider && before?.path === after?.path && before?.key === after?.key;
  return isSame ? [] : ['reference'];
}

/** One folder each below src/secrets. */
export const SECRET_PROVIDERS = ['env', 'file', 'account', 'aws', 'gcp', 'azure', 'vault'] as const;
/** Those of which the operator grants what a project may name. Account secrets are a project's own. */
export const GRANTED_PROVIDERS = SECRET_PROVIDERS.filter((name) => name !== 'account');
export type SecretProviderName = (typeof SECRET_PROVIDERS)[number];

/** What the operator lets a project name: what lies within a prefix of a provider. */
export interface ProviderGrant {
  readonly projectId: string;
  readonly provider: SecretProviderName;
  readonly prefix: string;
  readonly createdAt: number;
  readonly createdBy: string | null;
}

/** A secret by its name, as destinations are bound to it. */
export interface SecretName {
  readonly projectId: string;
  readonly provider: SecretProviderName;
  readonly path: string;
  /** Where in the secret the credentials are, as a JSON pointer: empty for the whole. */
  readonly member: string;
}

/** Where a secret may be sent that does not say so itself. */
export interface SecretDestination extends SecretName {
  readonly id: string;
  /** As the fields of the kind say it: host, port and the like, none of which is secret. */
  readonly parts: Readonly<Record<string, EndpointPart>>;
  /** Keyed hash of the name and the parts. */
  readonly boundTo: Buffer;
  readonly createdAt: number;
  readonly createdBy: string | null;
}

/** The longest that a secret may be used without being read again, milliseconds. */
export const SECRET_MAX_AGE_MS = 5 * 60 * 1000;

/** The largest secret that is read, bytes. */
export const SECRET_MAX_BYTES = 64 * 1024;

/** How long a provider may take, milliseconds. */
export const SECRET_DEADLINE_MS = 5_000;

/** One outside manager: what its names look like, and how one of them is read. */
export interface SecretProvider {
  /** What a path has to look like, in words for the caller. */
  readonly pathForm: string;
  isPath(path: string): boolean;
  /** What a prefix has to look like, in words for the operator. */
  readonly prefixForm: string;
  /** The prefix as it is stored, or null for one that no path could lie within or that would open more than secrets. */
  readPrefix(prefix: string): string | null;
  /** Decided by the text alone; `read` finds out whether there is such a file. */
  isWithin(path: string, prefix: string): boolean;
  /**
   * Of secrets that are a project's own, in the gateway's own store: what a reference of a kind may name, without any grant. They are
   * read whenever they are needed, and never kept. Absent where the operator grants what a project may name.
   */
  ownRoots?(projectId: string, kind: { readonly category: string }): readonly string[];
  /**
   * Something that is the same for two names of one secret, such as the file that two paths lead to; null where nothing is found. Absent
   * where a secret has one name only.
   */
  identify?(path: string): Promise<string | null>;
  /** The role of AWS that the path says reads it, which the operator grants apart. Absent where paths name none. */
  roleOf?(path: string): string | null;
  /**
   * What is at hand of a secret's content without reading it, as a hash: a kept copy serves for this content alone. Null, or absent, where nothing is.
   */
  revisionOf?(path: string, prefixes: readonly string[]): string | null;
  /**
   * The secret's bytes, at most SECRET_MAX_BYTES, of a path that lies within one of the prefixes; one that names a role is read by one of
   * these roles alone. The caller overwrites them when done. Throws SecretError.
   */
  read(path: string, prefixes: readonly string[], signal: AbortSignal, roles?: AssumableRoles): Promise<Buffer>;
}

export type SecretProviders = Readonly<Record<SecretProviderName, SecretProvider>>;

/** All outside managers, with one cache before them. */
export interface SecretResolver {
  readonly providers: SecretProviders;
  /**
   * A copy of the secret, which the caller overwrites when done. A secret that was read under other prefixes or roles is never returned. `fresh`
   * reads it again even if a copy is kept or being read; callers that ask at the same time share one read. Throws SecretError.
   */
  resolve(
    reference: Pick<SecretReference, 'provider' | 'path'>,
    prefixes: readonly string[],
    options?: { readonly fresh?: boolean; readonly roles?: AssumableRoles | undefined },
  ): Promise<{ readonly value: Buffer; readonly isKept: boolean }>;
  /** Overwrites all that is kept. */
  clear(): void;
}
