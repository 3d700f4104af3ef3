import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { EgressError } from '../domain/connector/egress.ts';

/** What the operator allows besides public addresses, and what is denied whatever is allowed. Plain data: it crosses to the workers. */
export interface EgressPolicy {
  /** CIDRs, host names, or the word `loopback`. */
  readonly allow: readonly string[];
  /** Our own listeners and database, by address or host name: never dialled. */
  readonly own: readonly { readonly address: string; readonly port: number }[];
}

export interface Destination {
  readonly address: string;
  readonly family: 4 | 6;
}

/**
 * What clouds serve to their own machines: metadata, credentials, time and names. Some lie in ranges that count as public, or that an
 * operator lists for his own network. 169.254.0.0/16 and fe80::/10, where most are, are denied as link-local.
 */
const METADATA: readonly [Ip, number][] = [
  // AWS: metadata, credentials of EKS pods, names and time over IPv6.
  'fd00:ec2::/32',
  // Google Cloud: metadata over IPv6.
  'fd20:ce::/64',
  // Alibaba: metadata, and the names and services of its virtual networks.
  '100.100.100.200/32',
  '100.100.2.136/31',
  // Azure: the platform's agent, names and health.
  '168.63.129.16/32',
  // Oracle: metadata of classic instances.
  '192.0.0.192/32',
  // Oracle, Scaleway and others: metadata over IPv6.
  'fd00:c1::/32',
  'fd00:42::42/128',
  // Hetzner, OpenStack and whoever follows EC2's address into IPv6.
  'fd00:a9fe:a9fe::/48',
].map((cidr) => ipaddr.parseCIDR(cidr));
/** With their search domains, and whatever lies below them. */
const METADATA_NAMES = [
  'metadata',
  'metadata.google.internal',
  'metadata.goog',
  'metadata.internal',
  'metadata.azure.internal',
  'metadata.azure.com',
  'metadata.cloud.internal',
  'metadata.digitalocean.com',
  'metadata.oraclecloud.com',
  'metadata.hetzner.cloud',
  'metadata.platformequinix.com',
  'metadata.packet.net',
  'metadata.tencentyun.com',
  'metadata.nicloud.com',
  'metadata.service.softlayer.com',
  'api.service.softlayer.com',
  'api.metadata.cloud.ibm.com',
  'instance-data',
  'instance-data.ec2.internal',
  'instance-data.us-west-2.compute.internal',
  'rancher-metadata',
];
const NEVER = new Set(['unspecified', 'linkLocal', 'multicast', 'broadcast', 'reserved']);

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Reads `CHANGEOVER_EGRESS_ALLOW`: entries separated by commas. Throws TypeError naming an entry that is neither a CIDR nor a name. */
export function parseAllowList(text: string): readonly string[] {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  for (const entry of entries) {
    if (entry !== 'loopback' && readCidr(entry) === null && readHost(entry) === null)
      throw new TypeError(`"${entry}" is neither a CIDR, a host name, nor "loopback".`);
  }
  return entries;
}

/**
 * The canonical form of a host: an ASCII DNS name in lower case without a trailing dot, a dotted quad, or an IPv6 address. Null for
 * every other spelling: resolvers also take hex, octal, short and full-width forms, which a check of the text would miss.
 */
export function readHost(host: string): string | null {
  const bare = /^\[(.*)\]$/.exec(host)?.[1] ?? host.replace(/\.$/, '').toLowerCase();
  if (isIP(bare) !== 0) return bare.includes('%') ? null : bare;
  if (bare.length > 253 || !/^(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*$/.test(bare)) return null;
  // A last label of digits or 0x… makes it a number to resolvers.
  return /(^|\.)(\d+|0x[0-9a-f]*)$/.test(bare) ? null : bare;
}

/** Throws EGRESS_DENIED unless this address, reached under this host name, may be dialled. */
export function checkAddress(policy: EgressPolicy, host: string, address: string, port: number): void {
  if (!isAllowed(policy, host, address, port)) throw new EgressError('EGRESS_DENIED');
}

/**
 * What can be said of a host before it is dialled, and without asking a name service: an address is checked as it will be, and so are
 * names of this machine and of a cloud's own services.
 */
export function screenHost(policy: EgressPolicy, host: string, port: number): 'allowed' | 'denied' | 'malformed' {
  const name = readHost(host);
  if (name === null) return 'malformed';
  if (isMetadataName(name)) return 'denied';
  const address = isIP(name) !== 0 ? name : /(^|\.)localhost$/.test(name) ? '127.0.0.1' : null;
  return address === null || isAllowed(policy, name, address, port) ? 'allowed' : 'denied';
}

/** Whether the name stands for a cloud's own service, whatever its address. Such a name is not even resolved. */
export function isMetadataName(host: string): boolean {
  const name = host.toLowerCase().replace(/\.+$/, '');
  return METADATA_NAMES.some((one) => name === one || name.endsWith(`.${one}`)) || /^(instance-data|metadata)\..*\binternal$/.test(name);
}

function isAllowed(policy: EgressPolicy, host: string, address: string, port: number): boolean {
  if (isMetadataName(host) || !ipaddr.isValid(address)) return false;
  const outer = ipaddr.parse(address);
  // An address that tunnels or maps to an IPv4 address is checked by that one as well.
  return [outer, ...embedded(outer)].every((ip) => isAllowedIp(policy, host, ip, port));
}

function isAllowedIp(policy: EgressPolicy, host: string, ip: Ip, port: number): boolean {
  const range = rangeOf(ip);
  if (NEVER.has(range) || METADATA.some((cidr) => cidr[0].kind() === ip.kind() && ip.match(cidr))) return false;
  if (
    policy.own.some(
      (own) =>
        own.port === port && (own.address === host || own.address === ip.toString() || (range === 'loopback' && isLoopback(own.address))),
    )
  )
    return false;
  if (range === 'unicast') return true;
  if (policy.allow.includes(host)) return true;
  if (range === 'loopback' && policy.allow.includes('loopback')) return true;
  return policy.allow.some((entry) => {
    const cidr = readCidr(entry);
    return cidr !== null && cidr[0].kind() === ip.kind() && ip.match(cidr);
  });
}

/** Every loopback address reaches what listens on one of them, on most systems. */
function isLoopback(address: string): boolean {
  return address === 'localhost' || (ipaddr.isValid(address) && ipaddr.parse(address).range() === 'loopback');
}

/** True of an address and of a CIDR. */
export function isNetwork(entry: string): boolean {
  return readCidr(entry) !== null;
}

function readCidr(entry: string): [Ip, number] | null {
  try {
    if (entry.includes('/')) return ipaddr.parseCIDR(entry);
    if (isIP(entry) === 0) return null;
    const ip = ipaddr.parse(entry);
    return [ip, ip.kind() === 'ipv4' ? 32 : 128];
  } catch {
    return null;
  }
}

/** A mapped, translated or tunnelled form is as public as the IPv4 address inside; that one is checked by itself. */
const WRAPPERS = new Set(['ipv4Mapped', 'rfc6052', 'rfc6145', '6to4', 'teredo']);

function rangeOf(ip: Ip): string {
  if (ip instanceof ipaddr.IPv6 && (WRAPPERS.has(ip.range()) || embedded(ip).length > 0)) return 'unicast';
  return ip.range();
}

function embedded(ip: Ip): readonly ipaddr.IPv4[] {
  if (!(ip instanceof ipaddr.IPv6)) return [];
  const bytes = ip.toByteArray();
  const at = (offset: number, flip = 0) => new ipaddr.IPv4(bytes.slice(offset, offset + 4).map((byte) => byte ^ flip));
  const starts = (...prefix: readonly number[]) => prefix.every((byte, index) => bytes[index] === byte);
  if (starts(0x20, 0x02)) return [at(2)];
  if (starts(0x20, 0x01, 0, 0)) return [at(4), at(12, 0xff)];
  // Below 64:ff9b:1::/48 an address may stand at the end, or around the byte that RFC 6052 leaves out.
  if (starts(0, 0x64, 0xff, 0x9b, 0, 1) && bytes.slice(6, 11).some((byte) => byte !== 0))
    return [at(12), new ipaddr.IPv4([...bytes.slice(6, 8), ...bytes.slice(9, 11)])];
  if (starts(0, 0x64, 0xff, 0x9b)) return [at(12)];
  // ::ffff:a.b.c.d, ::ffff:0:a.b.c.d and the old ::a.b.c.d; `::` and `::1` themselves are not wrappers.
  const zeros = bytes.slice(0, 8).every((byte) => byte === 0);
  if (zeros && !(bytes.slice(8, 15).every((byte) => byte === 0) && (bytes[15] ?? 0) <= 1)) return [at(12)];
  return [];
}

/** One line for the start-up log. */
export function describePolicy(policy: EgressPolicy): string {
  return policy.allow.length === 0 ? 'public addresses only' : `public addresses, and ${policy.allow.join(', ')}`;
}
