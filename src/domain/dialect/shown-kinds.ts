import type { Integration, Version } from '../connection/connection.ts';

interface OfKind {
  readonly current: Pick<Version, 'kind'>;
  readonly integration: Pick<Integration, 'namespace'>;
}

/**
 * The connection that a dialect shows which has one of each kind: its own, or the only one that there is. Of several that are not its own
 * none is shown, since nobody could say which was meant.
 */
export function shownOfKind<T extends OfKind>(rows: readonly T[], kind: string, namespace: string): T | null {
  const all = rows.filter(({ current }) => current.kind === kind);
  const own = all.filter(({ integration }) => integration.namespace === namespace);
  const [shown = null, ...others] = own.length > 0 ? own : all;
  return others.length === 0 ? shown : null;
}
