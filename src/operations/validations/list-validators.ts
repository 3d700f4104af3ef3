import { foldKind } from '../../domain/connector/connector.ts';
import type { Validator } from '../../domain/connector/validator.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';

/** The validators of a kind, in any spelling; of a family's, one fixed list that serves all its members. Throws FORBIDDEN, BAD_REQUEST. */
export async function listValidators({ connectors }: Services, actor: Actor, spelling: string): Promise<readonly Validator[]> {
  requirePermission(actor, 'read');
  const own = connectors.find(spelling);
  if (own !== null) return own.validators;
  const all = connectors.all();
  const members = all.filter(({ family }) => family?.kind === foldKind(spelling));
  if (members.length === 0)
    throw badRequest('connectionType', `There is no such kind. Known kinds: ${all.map((connector) => connector.kind).join(', ')}.`);
  const byName = new Map(members.flatMap(({ validators }) => validators.map((one) => [one.name, one] as const)));
  return (members[0]?.family?.validators ?? []).flatMap((name) => byName.get(name) ?? []);
}
