import { listConsumers, type NamesOfConnectionsQuery, namesOfConnections, namesOfTokens } from '../documents/documents.ts';
import { UsageError } from '../usage-error.ts';
import { nodesOf } from './present.ts';
import type { Gateway } from './transport.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

interface Named {
  readonly id: string;
  readonly name: string | null;
}

/**
 * Whatever a person may call by its name: an id is taken as it is, a name has to be that of exactly one. What was given is not quoted:
 * it may be a secret that went into the wrong place.
 */
const LISTINGS = {
  async connection(gateway: Gateway): Promise<readonly Named[]> {
    const found: Named[] = [];
    for (let after: string | null = null; ; ) {
      const { connections }: NamesOfConnectionsQuery = await gateway.run(namesOfConnections, { after });
      found.push(...nodesOf(connections).map(({ uuid, name }) => ({ id: uuid, name })));
      if (!connections.pageInfo.hasNextPage) return found;
      after = connections.pageInfo.endCursor;
    }
  },
  async consumer(gateway: Gateway): Promise<readonly Named[]> {
    return (await gateway.run(listConsumers)).consumers;
  },
  async token(gateway: Gateway): Promise<readonly Named[]> {
    const { tokens } = await gateway.run(namesOfTokens);
    return tokens.filter((token) => token !== null).filter(({ revokedAt }) => revokedAt === null);
  },
} as const;

export type Nameable = keyof typeof LISTINGS;

export function isNameable(noun: string): noun is Nameable {
  return Object.hasOwn(LISTINGS, noun);
}

/** Throws UsageError for a name that nothing has, and for one that several have, with their ids. */
export async function findByName(gateway: Gateway, noun: Nameable, given: string): Promise<string> {
  if (isUuid(given)) return given;
  const wanted = given.trim().normalize('NFC');
  const found = (await LISTINGS[noun](gateway)).filter(({ name }) => name === wanted);
  const [first, ...others] = found;
  if (first === undefined) throw new UsageError(`There is no ${noun} of that id or name; changeover ${noun} list shows them.`);
  if (others.length > 0) throw new UsageError(`Several have that name: ${found.map(({ id }) => id).join(', ')}. Give the id.`);
  return first.id;
}
