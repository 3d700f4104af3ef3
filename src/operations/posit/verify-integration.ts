import { hasPassed } from '../../domain/connector/validation.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import { authTypeOf } from '../../domain/posit/template.ts';
import { type Actor, requirePermission } from '../../domain/token/actor.ts';
import type { Services } from '../services.ts';
import { testConnection } from '../validations/test-connection.ts';
import { readIntegration } from './read-integrations.ts';

/** Proves a service account against its provider. Throws FORBIDDEN, NOT_FOUND, and PositError for what signs users in, and for what fails or can't be proven. */
export async function verifyIntegration(services: Services, actor: Actor, guid: string): Promise<void> {
  requirePermission(actor, 'commit');
  const { template, config } = await readIntegration(services, actor, guid);
  if (authTypeOf(template, config) !== 'Service Account')
    throw new PositError(240, 'only integrations of a service account can be verified');
  const [result] = await testConnection(services, actor, { connectionId: guid, validator: 'validate_connection' });
  const problem = result?.errors[0] ?? result?.warnings.find(({ code }) => code === 'SKIPPED');
  if (result !== undefined && hasPassed(result) && problem === undefined) return;
  throw new PositError(
    241,
    problem === undefined ? 'the identity provider could not be asked' : `${problem.friendlyMessage} ${problem.resolution}`,
  );
}
