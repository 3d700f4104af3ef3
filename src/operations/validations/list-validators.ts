import { type Connector, foldKind } from '../../domain/connector/connector.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/** The validators of a kind, in any spelling; of a family's, what all its members have by name, so that one list serves them all. Throws FORBIDDEN, BAD_REQUEST. */
export async function listValidators({ connectors }: Services, actor: Actor, spelling: string): Promise<Connector['validators']> {
  requirePermission(actor, 'read');
  const all = connectors.all();
  const kind = foldKind(spelling);
  const own = all.find((connector) => connector.kind === kind);
  if (own !== undefined) return own.validators;
  const members = all.filter(({ family }) => family?.kind === kind);
  if (members.length === 0)
    throw badRequest('connectionType', `There is no such kind. Known kinds: ${all.map((connector) => connector.kind).join(', ')}.`);
  return [...new Map(members.flatMap(({ validators }) => validators.map((one) => [one.name, one] as const))).values()];
}
