import type { Support } from '../../../domain/site/site-support.ts';
import type { Builder } from '../../schema/builder.ts';

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
