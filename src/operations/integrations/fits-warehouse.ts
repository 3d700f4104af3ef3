import { type Connector, foldKind } from '../../domain/connector/connector.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { joins, WAREHOUSE_TYPES } from '../../domain/integration/container-type.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/**
 * Whether a connection of the kind, or of any member of the family, can be added to a warehouse of the type; both in any spelling.
 * Throws FORBIDDEN, BAD_REQUEST.
 */
export async function fitsWarehouse({ connectors }: Services, actor: Actor, kind: string, warehouseType: string): Promise<boolean> {
  requirePermission(actor, 'read');
  const type = foldKind(warehouseType);
  const isType = WAREHOUSE_TYPES.includes(type) || connectors.find(type) !== null;
  if (!isType) throw badRequest('warehouseType', `There is no such type of warehouse. Known types: ${WAREHOUSE_TYPES.join(', ')}.`);
  const fitting = named(connectors, kind);
  if (fitting.length === 0)
    throw badRequest(
      'connectionType',
      `There is no such kind. Known kinds: ${connectors
        .all()
        .map((one) => one.kind)
        .join(', ')}.`,
    );
  return fitting.some((connector) => joins(connector, { category: 'WAREHOUSE', type }));
}

function named(connectors: Services['connectors'], kind: string): readonly Connector[] {
  const own = connectors.find(kind);
  return own === null ? connectors.all().filter(({ family }) => family?.kind === foldKind(kind)) : [own];
}
