import type { Site } from '../connection/connection.ts';

export interface Support {
  readonly code: 'SUPPORTED' | 'REMOTE_AGENT_NOT_SUPPORTED' | 'DATA_STORE_NOT_SUPPORTED' | 'NEW_CONNECTIONS_NOT_SUPPORTED';
  readonly reason: string | null;
}

/** What a site is asked to take. */
export interface AskedSupport {
  readonly agentType: 'DATA_STORE_AGENT' | 'REMOTE_AGENT' | null;
  readonly agentPlatform: string | null;
  /** Whether a connector of this gateway makes connections of the type that is asked for; null where none is. */
  readonly isKnownType: boolean | null;
}

/** Whether the site could take such a connection or worker, or why not; null where nothing was asked. */
export function supportOf(
  { deployment }: Pick<Site, 'deployment'>,
  { agentType, agentPlatform, isKnownType }: AskedSupport,
): Support | null {
  if (agentType === 'DATA_STORE_AGENT')
    return { code: 'DATA_STORE_NOT_SUPPORTED', reason: 'Credentials are kept in the store of the gateway.' };
  if (agentType !== null || agentPlatform !== null)
    return {
      code: 'REMOTE_AGENT_NOT_SUPPORTED',
      reason: deployment === 'gateway' ? 'Connections are dialled from the gateway itself.' : 'Workers are not served yet.',
    };
  if (isKnownType === null) return null;
  if (deployment === 'workers') return { code: 'NEW_CONNECTIONS_NOT_SUPPORTED', reason: 'No worker of the site is connected.' };
  if (!isKnownType)
    return { code: 'NEW_CONNECTIONS_NOT_SUPPORTED', reason: 'No connector of this gateway makes connections of that type.' };
  return { code: 'SUPPORTED', reason: null };
}
