import type { Integration, IntegrationCategory } from '../../domain/connection/connection.ts';
import type { Details } from '../../domain/connection/details/details.ts';
import type { Connector } from '../../domain/connector/connector.ts';
import type { AskedContainer } from '../../domain/integration/container-type.ts';
import type { GivenCluster, NewSystem } from '../../domain/streaming/new-cluster.ts';

/** Where a new connection goes, as its caller says it. */
export type AskedIntegration = ExistingIntegration | NamedIntegration | { readonly cluster: GivenCluster };

/** An integration that exists. What is said of it beside its id has to be true of it. */
export interface ExistingIntegration {
  readonly id: string;
  readonly categories?: readonly IntegrationCategory[];
  readonly name?: string | null;
  readonly warehouseType?: string | null;
}

export interface NamedIntegration extends AskedContainer {
  /** Whose names it is unique among: a dialect's, or ours where none is said. */
  readonly namespace?: string;
  /** Null: one is made from the kind and its system. */
  readonly name: string | null;
  /** A name that is taken gets a number, as one that we make does. */
  readonly numbered?: boolean;
}

/** The connection that goes there: where it is dialled from, and what names an integration that nobody named. */
export interface PlannedConnection {
  readonly connector: Connector;
  readonly settings: Details;
  readonly siteId: string | null;
}

/** An integration that exists, or what has to be made. */
export type ChosenIntegration =
  | { readonly siteId: string; readonly integration: Integration }
  | { readonly siteId: string; readonly make: NewIntegration; readonly system: PlannedSystem };

export interface NewIntegration extends Pick<Integration, 'namespace' | 'name' | 'category' | 'type' | 'externalClusterId'> {
  /** The argument that the name came in. */
  readonly namePath: string;
  /** A name that is taken gets a number. */
  readonly numbered: boolean;
}

/** The streaming system of a new cluster: one that exists, or one that is made with it; null for what is no cluster. */
export type PlannedSystem = { readonly id: string } | NewSystem | null;
