import type { Builder } from '../../schema/builder.ts';

interface AgentEnums {
  readonly agentType: ReturnType<Builder['enumType']>;
  readonly platformType: ReturnType<Builder['enumType']>;
}

/** Workers are not served yet: their objects are part of the contract, and null until one is connected. */
export function createPlatformServiceAgent(builder: Builder, { agentType, platformType }: AgentEnums) {
  const healthStatus = builder.enumType('PlatformServiceAgentHealthStatus', { values: ['HEALTHY', 'STALLED', 'DISCONNECTED', 'UNKNOWN'] });
  const health = builder.objectRef<never>('PlatformServiceAgentHealth').implement({
    fields: (t) => ({
      status: t.field({ type: healthStatus, nullable: false, resolve: () => 'UNKNOWN' as const }),
      ...Object.fromEntries(
        ['checkedOn', 'lastReachableOn', 'lastReachabilityCheckedOn', 'lastPollOn', 'lastHeartbeatOn', 'lastResultOn', 'lastTimeoutOn'].map(
          (name) => [name, t.field({ type: 'DateTime', resolve: () => null })],
        ),
      ),
      ...Object.fromEntries(
        ['pendingOperations', 'runningOperations', 'oldestPendingAgeSeconds', 'completedLastHour', 'timedOutLastHour', 'instanceCount'].map(
          (name) => [name, t.int({ resolve: () => null })],
        ),
      ),
      lastReachabilityError: t.string({ resolve: () => null }),
    }),
  });
  return builder.objectRef<never>('PlatformServiceAgent').implement({
    fields: (t) => ({
      uuid: t.field({ type: 'UUID', resolve: () => null }),
      agentType: t.field({ type: agentType, resolve: () => null }),
      platform: t.field({ type: platformType, resolve: () => null }),
      ...Object.fromEntries(['endpoint', 'wrapper', 'version', 'wrapperVersion'].map((name) => [name, t.string({ resolve: () => null })])),
      createdOn: t.field({ type: 'DateTime', resolve: () => null }),
      lastUpdatedOn: t.field({ type: 'DateTime', resolve: () => null }),
      enabled: t.boolean({ resolve: () => null }),
      health: t.field({ type: health, resolve: () => null }),
    }),
  });
}
