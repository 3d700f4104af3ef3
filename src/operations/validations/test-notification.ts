import { hasPassed } from '../../domain/connector/validation.ts';
import { notFound } from '../../domain/errors/errors.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import { loadConnection } from '../connections/load-connection.ts';
import type { Services } from '../services.ts';
import { testConnection } from './test-connection.ts';

/** Whether a saved connection to a notification service can be used. Throws FORBIDDEN, and NOT_FOUND for what is none. */
export async function testNotification(services: Services, actor: Actor, connectionId: string, signal: AbortSignal): Promise<boolean> {
  requirePermission(actor, 'validate');
  const { connector } = await loadConnection(services, actor, connectionId);
  if (connector.category !== 'notification') throw notFound('notification setting', connectionId);
  const results = await testConnection(services, actor, { connectionId, validator: 'validate_connection', signal });
  return results.every(hasPassed);
}
