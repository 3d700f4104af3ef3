import type { Finding } from '../../domain/audit/finding.ts';
import { DomainError } from '../../domain/errors/errors.ts';
import type { Pacer } from '../../domain/time/pacer.ts';
import type { Restore } from '../../domain/version/version-gap.ts';
import type { Seals } from '../audit/follow-seals.ts';
import { openDetails } from '../connections/sealed-details.ts';
import type { Services } from '../services.ts';

/** Findings that are named; all are counted. */
export const MOST_FINDINGS = 100;

/** What the steps of one examination have in common. */
export interface Examined {
  readonly services: Services;
  readonly pacer: Pacer;
  readonly restores: readonly Restore[];
  readonly sealsOf: (connectionId: string) => Promise<Seals>;
  readonly findings: Finding[];
  readonly counts: { versions: number; opened: number; findings: number };
}

export function addFindings({ findings, counts }: Examined, found: readonly Finding[]): void {
  counts.findings += found.length;
  findings.push(...found.slice(0, MOST_FINDINGS - findings.length));
}

/** Why the credentials of a version or change do not open; null when they do. */
export async function openingFailure(
  services: Services,
  row: Parameters<typeof openDetails>[1],
): Promise<'does-not-open' | 'connector-missing' | null> {
  try {
    await openDetails(services, row);
    return null;
  } catch (error) {
    if (isOfRow(error)) return 'does-not-open';
    if (!(error instanceof DomainError) || error.code !== 'UNAVAILABLE') throw error;
    return 'connector-missing';
  }
}

/** Reading fails like this if a row has values of wrong types, or if a related row was altered. */
export function isOfRow(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DomainError && error.code === 'INTEGRITY');
}
