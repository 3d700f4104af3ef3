import { type Connector, foldKind } from '../connector/connector.ts';
import { badRequest } from '../errors/errors.ts';
import { isOneLine } from '../text/one-line.ts';
import type { StreamingSystemType } from './streaming-system.ts';
import { readSystemType } from './streaming-system.ts';

/** Where a new streaming connection goes: into a cluster that exists, or into a new one of a system that exists or is made with it. */
export type ClusterChoice =
  | { readonly clusterId: string; readonly systemId: string | null }
  | { readonly cluster: NewCluster; readonly system: { readonly id: string } | NewSystem };

export interface NewCluster {
  /** What the system itself calls it. */
  readonly externalId: string;
  /** Null: as the system calls it. */
  readonly name: string | null;
}

export interface NewSystem {
  readonly name: string;
  readonly type: StreamingSystemType;
}

/** As clients give it: any of them may be left out. */
export interface GivenCluster {
  readonly mcClusterId?: string | null | undefined;
  readonly newClusterId?: string | null | undefined;
  readonly newClusterName?: string | null | undefined;
  readonly newClusterType?: string | null | undefined;
  readonly streamingSystemId?: string | null | undefined;
  readonly newStreamingSystemName?: string | null | undefined;
  readonly newStreamingSystemType?: string | null | undefined;
}

const MOST_CHARACTERS = 1024;

/** Throws BAD_REQUEST naming the argument that is missing, or one too many. */
export function readClusterChoice(connector: Pick<Connector, 'kind' | 'category'>, given: GivenCluster): ClusterChoice {
  const { kind, category } = connector;
  if (category !== 'streaming')
    throw badRequest(
      'connectionType',
      `Kind "${kind}" has no streaming clusters: use addConnection, addBiConnection or addEtlConnection.`,
      { kind },
    );
  if (given.mcClusterId != null) {
    refuseBeside('mcClusterId', given, [
      'newClusterId',
      'newClusterName',
      'newClusterType',
      'newStreamingSystemName',
      'newStreamingSystemType',
    ]);
    return { clusterId: given.mcClusterId, systemId: given.streamingSystemId ?? null };
  }
  const externalId = given.newClusterId?.trim() ?? '';
  if (externalId === '')
    throw badRequest('newClusterId', 'Give an existing cluster (mcClusterId), or say what its system calls the new one (newClusterId).');
  if (externalId.length > MOST_CHARACTERS || !isOneLine(externalId))
    throw badRequest('newClusterId', `newClusterId is a line of at most ${MOST_CHARACTERS} characters.`);
  requireClusterType(kind, given.newClusterType ?? null);
  return { cluster: { externalId, name: given.newClusterName ?? null }, system: readSystem(given) };
}

function readSystem(given: GivenCluster): { readonly id: string } | NewSystem {
  const { streamingSystemId, newStreamingSystemName: name, newStreamingSystemType: type } = given;
  if (streamingSystemId != null) {
    refuseBeside('streamingSystemId', given, ['newStreamingSystemName', 'newStreamingSystemType']);
    return { id: streamingSystemId };
  }
  if (name == null)
    throw badRequest(
      'newStreamingSystemName',
      'Give an existing streaming system (streamingSystemId), or name a new one (newStreamingSystemName).',
    );
  if (type == null) throw badRequest('newStreamingSystemType', 'Say of which type the new streaming system is (newStreamingSystemType).');
  return { name, type: readSystemType(type, 'newStreamingSystemType') };
}

/** A cluster is of the kind of its connections; the lead API's documentation has two older words for it. */
function requireClusterType(kind: string, given: string | null): void {
  if (given === null) return;
  const type = foldKind(given);
  const older = kind.endsWith('-connect') ? 'kafka-connect-cluster' : 'kafka-cluster';
  if (type !== kind && type !== older)
    throw badRequest('newClusterType', `A connection of kind "${kind}" makes a cluster of type "${kind}".`, { known: [kind] });
}

function refuseBeside(own: string, given: GivenCluster, others: readonly (keyof GivenCluster)[]): void {
  const other = others.find((name) => given[name] != null);
  if (other !== undefined) throw badRequest(other, `${other} is of something new, and ${own} names what exists; leave one of them out.`);
}
