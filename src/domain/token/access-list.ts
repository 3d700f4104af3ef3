import ipaddr from 'ipaddr.js';
import { badRequest, DomainError } from '../errors/errors.ts';
import type { Actor } from './actor.ts';

/** Most entries of one list. */
const MOST = 100;

/**
 * Networks that a new token may be used from, as CIDRs and each once; its maker's own where none are asked for, and null for anywhere. Throws
 * BAD_REQUEST, and FORBIDDEN for one from which its maker may not be used.
 */
export function readAccessList(maker: Pick<Actor, 'accessList'>, given: readonly string[] | null): readonly string[] | null {
  const own = maker.accessList ?? null;
  if (given === null) return own;
  // An empty list is not the same as no list: whoever meant to limit a token must not get one for everywhere.
  if (given.length === 0 || given.length > MOST)
    throw badRequest('accessList', `Name 1 to ${MOST} addresses or networks, or leave the list out for any.`);
  const networks = given.map(readNetwork);
  if (own !== null && !networks.every((network) => own.some((wider) => contains(readNetwork(wider), network))))
    throw new DomainError('FORBIDDEN', 'A token may not be used from an address from which its maker may not.');
  return [...new Set(networks.map(({ address, prefix }) => `${address}/${prefix}`))];
}

/** Whether a token with this list may be used from the address; from one that is not known only where there is no list. */
export function isOnAccessList(list: readonly string[] | null, address: string | null): boolean {
  if (list === null || address === null) return list === null;
  // A listener for both writes an IPv4 client like this.
  const plain = /^::ffff:([\d.]+)$/i.exec(address)?.[1] ?? address;
  return list.some((network) => holds(readNetwork(network), plain));
}

interface Network {
  readonly address: string;
  readonly prefix: number;
}

const BITS = { ipv4: 32, ipv6: 128 };

function readNetwork(text: string): Network {
  const [, address = '', given] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const kind = readAddress(address)?.kind();
  const most = kind === undefined ? -1 : BITS[kind];
  const prefix = given === undefined ? most : Number(given);
  if (prefix < 0 || prefix > most)
    throw badRequest('accessList', 'An entry is an address or a network: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.');
  return { address, prefix };
}

function contains(wider: Network, { address, prefix }: Network): boolean {
  return prefix >= wider.prefix && holds(wider, address);
}

function holds({ address: network, prefix }: Network, address: string): boolean {
  const [own, other] = [readAddress(network), readAddress(address)];
  if (own === null || other === null) return false;
  return own.kind() === other.kind() && other.match(own, prefix);
}

/** Null for what is no address. The library's other readers take octal and short forms, too. */
function readAddress(address: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  try {
    if (parts !== undefined) return new ipaddr.IPv4(parts);
    return /^[0-9a-fA-F.:]+$/.test(address) ? ipaddr.IPv6.parse(address) : null;
  } catch {
    return null;
  }
}
