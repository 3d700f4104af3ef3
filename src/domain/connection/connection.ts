/**
 * Glossary. A **project** is the tenant boundary. A **site** is where connections are dialled from. An **integration** is a
 * named group of connections to one outside system. A **connection** is one way into that system. A **version** is an
 * immutable, numbered set of settings and sealed credentials of a connection; its label moves, its content never does:
 * CURRENT is what jobs get now, PREVIOUS is still valid for the jobs that hold it, RETIRED may be used by nobody.
 * All times are epoch milliseconds.
 */

import type { DbtFilter } from './dbt-filter.ts';
import type { ConnectionPolicy } from './policy.ts';
import type { SecretReference } from './reference/secret-reference.ts';

/** Restricts a repository to one tenant's rows; a token limited to integrations sees just those. */
export interface Scope {
  readonly projectId: string;
  readonly integrationIds: readonly string[] | null;
}

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

export interface Site {
  readonly id: string;
  readonly projectId: string;
  readonly name: string;
  /** `gateway`: dialled from this process. `workers`: from another network, UNAVAILABLE until workers exist. */
  readonly deployment: 'gateway' | 'workers';
  readonly createdAt: number;
  readonly updatedAt: number;
}

export const INTEGRATION_CATEGORIES = ['WAREHOUSE', 'BI', 'ETL', 'DBT', 'STREAMING', 'OTHER'] as const;
export type IntegrationCategory = (typeof INTEGRATION_CATEGORIES)[number];

/** Of names that belong to no dialect. */
export const OWN_NAMESPACE = 'changeover';

export interface Integration {
  readonly id: string;
  readonly projectId: string;
  readonly siteId: string;
  /** A dialect's name, or `changeover`; names are unique within it. */
  readonly namespace: string;
  readonly name: string;
  readonly category: IntegrationCategory;
  /** The kind of system, folded: of its first connection, or a word for several kinds, such as `data-lake`. */
  readonly type: string;
  /** Of a streaming cluster: the system that it is in, and what that calls it. */
  readonly streamingSystemId: string | null;
  readonly externalClusterId: string | null;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly updatedAt: number;
  readonly updatedBy: string | null;
}

export interface Connection extends ConnectionPolicy {
  readonly id: string;
  readonly projectId: string;
  readonly integrationId: string;
  /** Falls back to the integration's name where it is null. */
  readonly name: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly jobTypes: readonly string[];
  /** The client's own JSON, kept as given. */
  readonly jobLimits: unknown;
  /** Null for what is no connection to dbt. */
  readonly dbtFilter: DbtFilter | null;
  readonly isActive: boolean;
  readonly disabledAt: number | null;
  readonly deletionProtection: boolean;
  readonly currentVersion: number;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly updatedAt: number;
  readonly updatedBy: string | null;
  readonly deletedAt: number | null;
}

export const VERSION_LABELS = ['CURRENT', 'PREVIOUS', 'RETIRED'] as const;
export type VersionLabel = (typeof VERSION_LABELS)[number];

export interface Version {
  readonly connectionId: string;
  readonly version: number;
  readonly projectId: string;
  readonly kind: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** JSON per dialect; versioned, and never given to a driver. */
  readonly facets: Readonly<Record<string, unknown>>;
  /** A reference to an outside manager instead of sealed credentials, or null. */
  readonly reference: SecretReference | null;
  /** Null for a reference, and for nothing else. */
  readonly contentId: string | null;
  readonly candidateHash: Buffer;
  readonly configHash: Buffer;
  readonly cipherHash: Buffer | null;
  readonly keyGeneration: number;
  /** Keyed hash of where the secret of a reference led when it was first put into use; set once, and null for what is sealed. */
  readonly boundTo: Buffer | null;
  readonly rowMac: Buffer;
  readonly label: VersionLabel;
  /** Set when it became PREVIOUS. */
  readonly validUntil: number | null;
  readonly origin: 'change' | 'roll-back';
  /** The version whose content a roll-back restored. */
  readonly restoredFrom: number | null;
  readonly changeId: string;
  /** False when it was committed without proof. */
  readonly proven: boolean;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly retiredAt: number | null;
  readonly destroyedAt: number | null;
}

/** The sealed credentials of one or more versions; `blob` is null once destroyed. */
export interface SealedContent {
  readonly id: string;
  readonly projectId: string;
  readonly connectionId: string;
  readonly blob: Buffer | null;
  readonly cipherHash: Buffer;
  readonly keyGeneration: number;
  readonly createdAt: number;
}
