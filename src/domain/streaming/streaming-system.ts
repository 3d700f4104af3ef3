import { type Connector, foldKind } from '../connector/connector.ts';
import { badRequest } from '../errors/errors.ts';

/** A named group of streaming clusters, which are integrations of category STREAMING. */
export interface StreamingSystem {
  readonly id: string;
  readonly projectId: string;
  /** Where its clusters are dialled from. */
  readonly siteId: string;
  readonly name: string;
  readonly type: StreamingSystemType;
  readonly createdAt: number;
  readonly createdBy: string | null;
  readonly updatedAt: number;
  readonly updatedBy: string | null;
}

/** Each type with the word that the kinds of its clusters begin with. */
const KINDS_BEGIN_WITH = { 'confluent-cloud': 'confluent', msk: 'msk', 'self-hosted': 'self-hosted' } as const;

export type StreamingSystemType = keyof typeof KINDS_BEGIN_WITH;

export const STREAMING_SYSTEM_TYPES = Object.keys(KINDS_BEGIN_WITH) as readonly StreamingSystemType[];

/** In any spelling. Throws BAD_REQUEST naming the types. */
export function readSystemType(given: string, path: string): StreamingSystemType {
  const type = STREAMING_SYSTEM_TYPES.find((one) => one === foldKind(given));
  if (type === undefined)
    throw badRequest(path, `${path} is one of ${STREAMING_SYSTEM_TYPES.join(', ')}.`, { known: STREAMING_SYSTEM_TYPES });
  return type;
}

/** The type of system that clusters of a kind are in: one that nobody else runs is run by its owner. */
export function systemTypeOf({ kind }: Pick<Connector, 'kind'>): StreamingSystemType {
  return STREAMING_SYSTEM_TYPES.find((type) => kind.startsWith(`${KINDS_BEGIN_WITH[type]}-`)) ?? 'self-hosted';
}

/** Throws BAD_REQUEST for a cluster of another vendor's. */
export function requireOfSystem(connector: Pick<Connector, 'kind'>, { type }: Pick<StreamingSystem, 'type'>, path: string): void {
  const own = systemTypeOf(connector);
  if (type !== own)
    throw badRequest(
      path,
      `A cluster of kind "${connector.kind}" is in a streaming system of type "${own}", and that one is of "${type}".`,
      {
        type: own,
      },
    );
}
