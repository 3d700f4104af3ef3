import type { EgressSession } from '../../../domain/connector/egress.ts';
import { problem } from '../problems.ts';
import type { Finding } from '../usual-validators.ts';

/**
 * The check of a service that has no call that would prove a secret without doing something: its name resolves, it takes connections, and
 * its certificate is trusted. What is not proven is said as a warning.
 */
export async function reachHost(egress: Pick<EgressSession, 'openSocket' | 'probeTcp'>, url: string, notProven: string): Promise<Finding> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'https:') (await egress.openSocket(host, Number(port || 443), {})).destroy();
  else await egress.probeTcp(host, Number(port || 80));
  return {
    warnings: [problem('SKIPPED', 'only the way to the host was checked', notProven, 'Look at the next message that is sent with it.')],
  };
}
