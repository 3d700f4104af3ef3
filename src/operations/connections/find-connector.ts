import type { Details } from '../../domain/connection/details/details.ts';
import { type Connector, foldKind } from '../../domain/connector/connector.ts';
import { badRequest, DomainError } from '../../domain/errors/errors.ts';
import type { Services } from '../services.ts';

/** Of what is stored. Throws UNAVAILABLE where its package is not loaded. */
export function connectorOf(services: Pick<Services, 'connectors'>, kind: string): Connector {
  const connector = services.connectors.find(kind);
  if (connector === null)
    throw new DomainError('UNAVAILABLE', 'The connector of this kind is not loaded. Name its package in CHANGEOVER_CONNECTORS.', { kind });
  return connector;
}

/** By any spelling of a kind, or of a family's with the member that the details name. Throws BAD_REQUEST. */
export function findConnector(services: Services, kind: string, details: Details, path: string): Connector {
  const direct = services.connectors.find(kind);
  if (direct !== null) return direct;
  const families = new Set(
    services.connectors
      .all()
      .map((connector) => connector.family)
      .filter((family) => family !== null),
  );
  for (const family of families) {
    if (family.kind !== foldKind(kind)) continue;
    const member = details[family.discriminator];
    const found = typeof member === 'string' ? services.connectors.member(family.kind, member) : null;
    if (found !== null) return found;
    const members = services.connectors
      .all()
      .filter((connector) => connector.family?.kind === family.kind)
      .map((connector) => connector.kind);
    throw badRequest(`${path}.${family.discriminator}`, `Name one of these: ${members.join(', ')}.`, { known: members });
  }
  throw badRequest(
    'connectionType',
    `There is no such kind. Known kinds: ${services.connectors
      .all()
      .map((connector) => connector.kind)
      .join(', ')}.`,
  );
}

/** True when a caller's spelling of a kind names this connector, or the family it is a member of. */
export function servesKind(services: Pick<Services, 'connectors'>, connector: Connector, kind: string): boolean {
  return services.connectors.find(kind)?.kind === connector.kind || foldKind(kind) === connector.family?.kind;
}
