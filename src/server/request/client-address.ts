import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import { TLSSocket } from 'node:tls';

/** Who is at the other end. */
export interface ClientAddress {
  readonly ip: string | null;
  /** The client speaks TLS, with us or with a proxy that is trusted to say so. */
  readonly secure: boolean;
}

export interface Proxies {
  isTrusted(address: string): boolean;
  clientAddressOf(request: IncomingMessage): ClientAddress;
}

/** What forwarded headers say is believed of the proxies in these CIDRs alone: anybody can send such a header. */
export function trustProxies(cidrs: readonly string[]): Proxies {
  const trusted = new BlockList();
  for (const cidr of cidrs) {
    const [address = '', prefix] = cidr.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  const isTrusted = (address: string) => isIP(address) !== 0 && trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return {
    isTrusted,
    clientAddressOf(request) {
      const direct = request.socket.remoteAddress ?? null;
      const isEncrypted = request.socket instanceof TLSSocket;
      if (cidrs.length === 0 || direct === null || !isTrusted(direct)) return { ip: direct, secure: isEncrypted };
      let ip = direct;
      // Each proxy adds the one it heard from at the end: the last that no trusted proxy vouches for is the client.
      for (const hop of listOf(request, 'x-forwarded-for').reverse()) {
        const address = withoutPort(hop);
        if (isIP(address) === 0) break;
        ip = address;
        if (!isTrusted(address)) break;
      }
      // A proxy that does not say has not taken the encryption away.
      const protocol = listOf(request, 'x-forwarded-proto').at(-1)?.toLowerCase();
      return { ip, secure: protocol === undefined ? isEncrypted : protocol === 'https' };
    },
  };
}

function listOf(request: IncomingMessage, name: string): string[] {
  return [request.headers[name] ?? []].flat().flatMap((value) => value.split(',').map((part) => part.trim()));
}

function withoutPort(hop: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(hop)?.[1] ?? /^([\d.]+):\d+$/.exec(hop)?.[1] ?? hop;
}

/** What an address is counted under, however it is written: an IPv6 client has a whole /64 to itself. */
export function bucketOf(address: string | null): string {
  if (address === null || isIP(address) !== 6) return address ?? '';
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 0xff])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** The eight numbers of a valid IPv6 address. */
function groupsOf(address: string): readonly number[] {
  const [plain = ''] = address.split('%');
  const hex = plain.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) =>
    [a * 256 + Number(b), c * 256 + Number(d)].map((group) => group.toString(16)).join(':'),
  );
  const [head = [], tail] = hex.split('::').map((part) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16))));
  return tail === undefined ? [...head] : [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}
