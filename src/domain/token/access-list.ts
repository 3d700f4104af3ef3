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

function readNetwork(text: string): Network {
  const [, address = '', given] = /^([0-9a-fA-F.:]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const most = readAddress(address)?.length ?? -1;
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
  return own.length === other.length && own.slice(0, prefix) === other.slice(0, prefix);
}

/** The bits of an address as a text of 0 and 1; null for what is none. */
function readAddress(address: string): string | null {
  if (!address.includes(':')) return bitsOf4(address);
  // The platform's own parser writes IPv6 in one way.
  if (!/^[0-9a-fA-F.:]+$/.test(address) || !URL.canParse(`http://[${address}]`)) return null;
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const all = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after];
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}

function bitsOf4(address: string): string | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(address)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return parts.map((part) => part.toString(2).padStart(8, '0')).join('');
}
