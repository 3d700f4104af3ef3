import type { Details } from '../../domain/connection/details/details.ts';
import type { MaskStyle } from '../../domain/connection/details/partial-mask.ts';
import { shownOfKind } from '../../domain/dialect/shown-kinds.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import { shortId } from '../../domain/token/service-account.ts';
import type { DescribedConnection } from '../../operations/connections/describe-connection.ts';
import { allDescribed, listDescribed } from '../../operations/connections/list-described.ts';
import { type MaskedDetails, readMasked } from '../../operations/connections/read-masked.ts';
import type { Call } from '../kit/route.ts';
import { type AtlasService, keyOf, SERVICES, type ServiceField } from './fields/services.ts';

/** Whose names the integrations of this dialect are unique among: the name is the type, so that a group has one of each. */
export const NAMESPACE = 'atlas';

/** A service that is configured. */
export interface Configured {
  readonly service: AtlasService;
  readonly described: DescribedConnection;
  readonly details: MaskedDetails;
}

/** Those of a group, in the order of the types, without what was altered past the gateway. */
export async function allConfigured(call: Pick<Call, 'services' | 'actor'>): Promise<readonly Configured[]> {
  const rows = await listDescribed(call.services, call.actor, { kinds: SERVICES.map(({ kind }) => kind) });
  const configured: Configured[] = [];
  for (const service of SERVICES) {
    try {
      const one = await configuredOf(call, service, rows);
      if (one !== null) configured.push(one);
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'INTEGRITY') throw error;
      call.services.observer.leftOut(error);
    }
  }
  return configured;
}

/** Null where the service is not configured. Throws INTEGRITY. */
export async function findConfigured(call: Pick<Call, 'services' | 'actor'>, service: AtlasService): Promise<Configured | null> {
  return await configuredOf(call, service, await allDescribed(call.services, call.actor, { kinds: [service.kind] }));
}

async function configuredOf(
  { services, actor }: Pick<Call, 'services' | 'actor'>,
  service: AtlasService,
  rows: readonly DescribedConnection[],
): Promise<Configured | null> {
  const described = shownOfKind(rows, service.kind, NAMESPACE);
  return described === null ? null : { service, described, details: await readMasked(services, actor, described, stylesOf(service)) };
}

function stylesOf({ fields }: AtlasService): Readonly<Record<string, MaskStyle>> {
  return Object.fromEntries(fields.flatMap((field) => (field.mask === undefined ? [] : [[keyOf(field), field.mask]])));
}

/** What is returned of it: names in the order of the alphabet, the type last. */
export function entityOf({ service, described, details }: Configured): Readonly<Record<string, unknown>> {
  const shown = service.fields.flatMap((field) => {
    const value = shownValue(field, details);
    return value === undefined ? [] : [[field.name, value] as const];
  });
  const nulls = (service.alwaysNull ?? []).map((name) => [name, null] as const);
  const named = [...shown, ...nulls, ['id', shortId(described.connection.id)] as const].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...Object.fromEntries(named), type: service.type };
}

function shownValue(
  field: ServiceField,
  { settings, masks }: { readonly settings: Details; readonly masks: MaskedDetails['masks'] },
): unknown {
  const key = keyOf(field);
  // Of a secret of which nothing is shown the name is not, either.
  const value = field.mask === undefined ? settings[key] : (masks[key] ?? undefined);
  return value ?? field.unset;
}
