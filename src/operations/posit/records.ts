import type { DialectRecord, RecordKind } from '../../domain/dialect/dialect-record.ts';
import { type IntegrationFacts, NO_FACTS } from '../../domain/posit/integration.ts';
import type { ExternalIdForm } from '../dialects/external-ids.ts';

/** What an integration has besides its connection, found by the connection's id. */
export const INTEGRATION_FACTS: RecordKind = { dialect: 'posit', entity: 'integration' };

/** Posit counts integrations, and shows the number beside the guid. */
export const INTEGRATION_NUMBER: ExternalIdForm = { dialect: 'posit', entity: 'integration', make: ({ number }) => String(number) };

export function factsOf(record: DialectRecord | null | undefined): IntegrationFacts {
  // The row is signed, and nothing else is ever written into it.
  return record == null ? NO_FACTS : (record.data as unknown as IntegrationFacts);
}
