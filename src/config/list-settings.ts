import { StartupError } from '../domain/errors/startup-error.ts';
import { isNetwork, parseAllowList } from '../egress/address-policy.ts';
import { readList } from './read-list.ts';

export function readAllowList(text: string): readonly string[] {
  try {
    return parseAllowList(text);
  } catch {
    throw new StartupError('CHANGEOVER_EGRESS_ALLOW must hold CIDRs, host names or the word "loopback", separated by commas.');
  }
}

/** Names alone: a path or an address would run what nobody installed. */
export function readPackageNames(text: string): readonly string[] {
  const names = readList(text);
  if (!names.every((name) => /^(@[a-z0-9-][a-z0-9._-]*\/)?[a-z0-9-][a-z0-9._-]*$/.test(name)))
    throw new StartupError('CHANGEOVER_CONNECTORS must hold names of npm packages, separated by commas.');
  return [...new Set(names)];
}

export function readProxies(text: string): readonly string[] {
  const networks = readList(text);
  if (networks.every(isNetwork)) return networks;
  throw new StartupError('CHANGEOVER_TRUST_PROXY must hold addresses or CIDRs, separated by commas.');
}

/** The id of a token, and never its secret; null for none. */
export function readTokenId(text: string): string | null {
  if (text === '') return null;
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new StartupError('CHANGEOVER_LERIAN_ANONYMOUS must be the id of an API token, as `changeover token list` shows it.');
  return text.toLowerCase();
}
