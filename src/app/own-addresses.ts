import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Config } from '../config.ts';
import { addressesOf } from '../egress/resolve.ts';

/** Where the gateway itself listens, and where its database does. Validators never dial any of them. */
export async function findOwnAddresses({ databaseUrl }: Config) {
  const own = databaseUrl === null ? [] : await addressesOfDatabase(databaseUrl);
  return {
    list: own as readonly { readonly address: string; readonly port: number }[],
    addListener({ address, port }: Pick<AddressInfo, 'address' | 'port'>): void {
      own.push(...addressesOfListener(address).map((one) => ({ address: one, port })));
    },
  };
}

/** By its name and by each of its addresses, so that no validator gets there by another spelling. */
async function addressesOfDatabase(databaseUrl: string): Promise<{ address: string; port: number }[]> {
  const { hostname, port } = new URL(databaseUrl);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  return [host, ...(await addressesOf(host))].map((address) => ({ address, port: Number(port || 5432) }));
}

/** Bound to all addresses, it is reached by each of this machine's. */
function addressesOfListener(address: string): readonly string[] {
  if (address !== '0.0.0.0' && address !== '::') return [address];
  return Object.values(networkInterfaces())
    .flatMap((found) => found ?? [])
    .map((found) => found.address);
}
