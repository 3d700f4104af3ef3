import { foldKind } from '../../domain/connector/connector.ts';
import type { Validator } from '../../domain/connector/validator.ts';
import { badRequest } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { requireKnownSite } from '../sites/require-site.ts';

/** What validations are asked of. */
export interface AskedValidators {
  readonly kind: string;
  readonly siteId?: string | null;
}

/** The validators of a kind, in any spelling; of a family's, one fixed list that serves all its members. Throws FORBIDDEN, BAD_REQUEST, and NOT_FOUND for a site that is not there. */
export async function listValidators(
  services: Services,
  actor: Actor,
  { kind, siteId = null }: AskedValidators,
): Promise<readonly Validator[]> {
  requirePermission(actor, 'read');
  await requireKnownSite(services, actor, siteId);
  const { connectors } = services;
  const own = connectors.find(kind);
  if (own !== null) return own.validators;
  const all = connectors.all();
  const members = all.filter(({ family }) => family?.kind === foldKind(kind));
  if (members.length === 0)
    throw badRequest('connectionType', `There is no such kind. Known kinds: ${all.map((connector) => connector.kind).join(', ')}.`);
  const byName = new Map(members.flatMap(({ validators }) => validators.map((one) => [one.name, one] as const)));
  return (members[0]?.family?.validators ?? []).flatMap((name) => byName.get(name) ?? []);
}
