import type { Details } from '../../domain/connection/details/details.ts';
import { type MaskStyle, maskSecret } from '../../domain/connection/details/partial-mask.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import type { DescribedConnection } from './describe-connection.ts';
import { openDetails } from './sealed-details.ts';

export interface MaskedDetails {
  readonly settings: Details;
  /** What is shown of each secret that is set, by the kind's names; null where nothing is. */
  readonly masks: Readonly<Record<string, string | null>>;
}

/** What is shown of a secret that an outside manager keeps, and nobody looks up for this. */
const ELSEWHERE = '********';

/**
 * The details of a CURRENT version for whoever has to tell its secrets apart, and may not have them. A secret of no style is not shown.
 * Throws FORBIDDEN, and INTEGRITY.
 */
export async function readMasked(
  services: Services,
  actor: Actor,
  { current }: Pick<DescribedConnection, 'current'>,
  styles: Readonly<Record<string, MaskStyle>>,
): Promise<MaskedDetails> {
  requirePermission(actor, 'read');
  const { settings, reference } = current;
  if (reference !== null)
    return {
      settings,
      masks: Object.fromEntries(Object.entries(styles).map(([key, style]) => [key, style === 'none' ? null : ELSEWHERE])),
    };
  const details = await openDetails(services, current);
  const masks = Object.entries(styles).flatMap(([key, style]) => {
    const value = details[key];
    return typeof value === 'string' ? [[key, maskSecret(style, value)] as const] : [];
  });
  return { settings, masks: Object.fromEntries(masks) };
}
