import { z } from 'zod';
import { VALIDATION_CODES, type ValidationCode } from '../../connector/validation.ts';

/** `aborted`: it was not run to its end, since too many were waiting, its request went away, or a part of the gateway failed. */
export const PROGRESS_STATUSES = ['running', 'passed', 'warning', 'failed', 'skipped', 'aborted'] as const;

/** That a validator began or ended: ids, times and words of closed lists. What it found is told by the request that asked for it. */
export interface ValidationProgress {
  readonly projectId: string;
  readonly connectionId: string;
  /** The change that is validated; null for a saved version, and for details that are stored nowhere. */
  readonly changeId: string | null;
  readonly validator: string;
  readonly status: (typeof PROGRESS_STATUSES)[number];
  /** Errors first, then warnings. */
  readonly codes: readonly ValidationCode[];
  readonly startedAt: number;
  /** Null while it runs, and of one that was aborted. */
  readonly finishedAt: number | null;
}

const told = z.object({
  projectId: z.string(),
  connectionId: z.string(),
  changeId: z.string().nullable(),
  validator: z.string(),
  status: z.enum(PROGRESS_STATUSES),
  codes: z.array(z.custom<ValidationCode>((code) => typeof code === 'string' && Object.hasOwn(VALIDATION_CODES, code))),
  startedAt: z.number(),
  finishedAt: z.number().nullable(),
});

/** Codes that are told of one run: the text that carries them from gateway to gateway has a bound. */
const MOST_CODES = 50;

export function writeProgress(progress: ValidationProgress): string {
  return JSON.stringify({ ...progress, codes: [...new Set(progress.codes)].slice(0, MOST_CODES) });
}

/** Null for what another gateway, of another release, says in another form. */
export function readProgress(text: string): ValidationProgress | null {
  try {
    return told.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
