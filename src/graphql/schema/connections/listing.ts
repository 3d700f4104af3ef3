import type { ListedConnection, ListedSettings } from '../../../domain/connection/connection-store.ts';
import { identifiersOf } from '../../../domain/connection/details/details.ts';
import type { Actor } from '../../../domain/token/actor.ts';
import { listWithIntegrations } from '../../../operations/connections/list-connections.ts';
import type { Services } from '../../../operations/services.ts';
import { type AnswerBudget, never } from '../../plugins/budget/answer-budget.ts';
import { chargeRows, LISTED_ROW_BYTES, MOST_UNPAGED, VALUES_OF_READ, whole } from '../unpaged-lists.ts';

/** Rows that are read at once. Long settings have 64 KiB of certificates each. */
const AT_ONCE: Readonly<Record<ListedSettings, number>> = { unread: MOST_UNPAGED + 1, short: 2000, long: 64 };

/** A connection with its integration and its kind, and with what identifies it where that was asked for. */
export interface ShownConnection extends Omit<ListedConnection, 'settings'> {
  /** Null where no connector of this gateway defines its kind. Throws INTEGRITY where its settings were altered. */
  readonly identifiers?: () => Readonly<Record<string, string>> | null;
}

/**
 * All connections that the actor may see, in the order they were made. Settings are let go as they are read: of a long listing only what is
 * shown of them is held. Throws LIMIT_EXCEEDED where there are too many.
 */
export async function readListing(
  services: Services,
  actor: Actor,
  answer: AnswerBudget,
  { identifiers }: { readonly identifiers: boolean },
): Promise<readonly ShownConnection[]> {
  const read = async (settings: ListedSettings) => await readAll(services, actor, answer, settings);
  const rows = identifiers ? [...(await read('short')), ...(await read('long'))].toSorted(byAge) : await read('unread');
  return whole(rows, 'connections');
}

function byAge(a: ShownConnection, b: ShownConnection): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1);
}

async function readAll(
  services: Services,
  actor: Actor,
  answer: AnswerBudget,
  settings: ListedSettings,
): Promise<readonly ShownConnection[]> {
  const rows: ShownConnection[] = [];
  const limit = AT_ONCE[settings];
  for (let after: { readonly at: number; readonly id: string } | null = null; ; ) {
    const found: readonly ListedConnection[] = await listWithIntegrations(services, actor, { limit, after }, settings);
    rows.push(...(settings === 'unread' ? found : found.map((row) => identified(services, row))));
    if (!chargeRows(answer, found, LISTED_ROW_BYTES)) return await never();
    whole(rows, 'connections');
    const last = found.at(-1);
    if (found.length < limit || last === undefined) return rows;
    after = { at: last.createdAt, id: last.id };
    await answer.turn(VALUES_OF_READ);
  }
}

function identified({ connectors }: Services, { settings: read, ...row }: ListedConnection): ShownConnection {
  try {
    if (read === undefined) throw new Error('the settings were not read');
    const settings = read();
    const connector = connectors.find(row.kind);
    const found = connector === null ? null : Object.fromEntries(identifiersOf(connector, settings).map(({ key, value }) => [key, value]));
    return { ...row, identifiers: () => found };
  } catch (error) {
    return {
      ...row,
      identifiers: () => {
        throw error;
      },
    };
  }
}
