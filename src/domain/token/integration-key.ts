import { badRequest } from '../errors/errors.ts';
import type { Token } from './token.ts';

/** What the lead API's integration keys are for. Here each of them is a job's token; the scope says to people which job. */
export const INTEGRATION_KEY_SCOPES = [
  'CircuitBreaker',
  'DatabricksWebhook',
  'DbtCloudWebhook',
  'S3PresignedUrl',
  'Spark',
  'AirflowCallbacks',
  'Agent',
  'SCIM_v2',
  'AzureDevopsWebhook',
  'MCP',
  'OpenTelemetry',
  'Ingestion',
] as const;

export interface KeyFilter {
  readonly scope: string | null;
  /** Keys that are limited to this integration, among others. */
  readonly integrationId: string | null;
}

/** Throws BAD_REQUEST for a scope that there is not. */
export function requireKeyScope(scope: string): void {
  if (!INTEGRATION_KEY_SCOPES.some((known) => known === scope))
    throw badRequest('scope', `Known scopes: ${INTEGRATION_KEY_SCOPES.join(', ')}.`);
}

/** Whether a token is an integration key that the filter asks for and that still may be used. */
export function isAskedFor(
  { keyScope, integrationIds, revokedAt, expiresAt }: Pick<Token, 'keyScope' | 'integrationIds' | 'revokedAt' | 'expiresAt'>,
  { scope, integrationId }: KeyFilter,
  now: number,
): boolean {
  const isLive = revokedAt === null && (expiresAt === null || expiresAt > now);
  if (keyScope === null || !isLive) return false;
  return (scope === null || keyScope === scope) && (integrationId === null || integrationIds?.includes(integrationId) === true);
}
