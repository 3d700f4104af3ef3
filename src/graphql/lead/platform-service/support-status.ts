import type { Services } from '../../../operations/services.ts';
import type { Builder } from '../../schema/builder.ts';
import { reportedType } from '../lead-names.ts';

export interface Support {
  readonly code: 'SUPPORTED' | 'REMOTE_AGENT_NOT_SUPPORTED' | 'DATA_STORE_NOT_SUPPORTED' | 'NEW_CONNECTIONS_NOT_SUPPORTED';
  readonly reason: string | null;
}

export function createSupportStatus(builder: Builder) {
  const supportCode = builder.enumType('PlatformServiceSupportCode', {
    values: ['SUPPORTED', 'UPDATE_REQUIRED', 'REMOTE_AGENT_NOT_SUPPORTED', 'DATA_STORE_NOT_SUPPORTED', 'NEW_CONNECTIONS_NOT_SUPPORTED'],
  });
  return builder.objectRef<Support>('PlatformServiceSupportStatus').implement({
    fields: (t) => ({
      code: t.field({ type: supportCode, resolve: (row) => row.code }),
      details: t.field({ type: 'GenericScalar', resolve: ({ reason }) => (reason === null ? null : { reason }) }),
    }),
  });
}

interface SupportArgs {
  readonly supportsConnectionType?: string | null | undefined;
  readonly supportsAgentType?: string | null | undefined;
  readonly supportsAgentPlatform?: string | null | undefined;
}

/** Whether a site could take such a connection or worker, or why not. */
export function supportOf(connectors: Services['connectors'], asked: SupportArgs): Support | null {
  if (asked.supportsAgentType === 'DATA_STORE_AGENT')
    return { code: 'DATA_STORE_NOT_SUPPORTED', reason: 'Credentials are kept in the store of the gateway.' };
  if (asked.supportsAgentType != null || asked.supportsAgentPlatform != null)
    return { code: 'REMOTE_AGENT_NOT_SUPPORTED', reason: 'Connections are dialled from the gateway itself.' };
  if (asked.supportsConnectionType == null) return null;
  return connectors.all().some((connector) => reportedType(connector) === asked.supportsConnectionType)
    ? { code: 'SUPPORTED', reason: null }
    : { code: 'NEW_CONNECTIONS_NOT_SUPPORTED', reason: 'No connector of this gateway makes connections of that type.' };
}
