import { lookup } from 'node:dns';
import { isIP } from 'node:net';
import { EgressError } from '../domain/connector/egress.ts';
import { checkAddress, type Destination, type EgressPolicy, isMetadataName, readHost } from './address-policy.ts';

export type Lookup = (host: string) => Promise<readonly Destination[]>;

// The imported name is a live binding: taken now, before the worker's guard replaces what it stands for.
const lookupNow = lookup;

const systemLookup: Lookup = (host) =>
  new Promise((resolve, reject) => {
    lookupNow(host, { all: true, verbatim: true }, (error, addresses) => {
      if (error !== null) reject(new EgressError('HOST_UNRESOLVED'));
      else resolve(addresses.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })));
    });
  });

/** The addresses that a host has now; none when it has none. */
export async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await systemLookup(host)).map(({ address }) => address);
  } catch {
    return [];
  }
}

/**
 * Resolves a host once and checks every address; one denied answer refuses all, so that a name can't offer a public and a private
 * one. The caller dials what is returned, never the name again. Throws EGRESS_DENIED or HOST_UNRESOLVED.
 */
export async function resolveChecked(
  policy: EgressPolicy,
  host: string,
  port: number,
  ask: Lookup = systemLookup,
): Promise<readonly Destination[]> {
  const name = readHost(host);
  if (name === null || isMetadataName(name)) throw new EgressError('EGRESS_DENIED');
  const family = isIP(name);
  const found: readonly Destination[] = family === 0 ? await ask(name) : [{ address: name, family: family === 6 ? 6 : 4 }];
  if (found.length === 0) throw new EgressError('HOST_UNRESOLVED');
  for (const { address } of found) checkAddress(policy, name, address, port);
  return found;
}
