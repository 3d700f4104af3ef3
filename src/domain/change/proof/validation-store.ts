import type { ValidationResult } from '../../connector/validation.ts';

/** A recorded run, of a change's candidate or of a saved version. */
export interface ValidationRecord extends ValidationResult {
  readonly id: string;
  readonly projectId: string;
  readonly connectionId: string;
  readonly changeId: string | null;
  readonly version: number | null;
  readonly candidateHash: Buffer;
  /** The version of the connection whose login the candidate's was compared with; null for a validator that compares nothing. */
  readonly comparedWith: number | null;
}

/** The latest run of a validator that compares a candidate with one version. */
export type Comparison = Pick<ValidationRecord, 'status' | 'errors' | 'finishedAt'>;

export interface ValidationReaders {
  /** Names of validators whose latest run for exactly this candidate passed, at or after `since`. */
  passed(projectId: string, candidateHash: Buffer, since: number): Promise<readonly string[]>;
  /** Whether this run is still recorded, whatever came of it. */
  isRecorded(projectId: string, id: string): Promise<boolean>;
  /** The latest run of a validator on exactly this candidate and against exactly this version, or null when that was before `since`. */
  comparison(
    projectId: string,
    candidateHash: Buffer,
    run: { readonly validator: string; readonly comparedWith: number; readonly since: number },
  ): Promise<Comparison | null>;
}

export interface ValidationWriters extends ValidationReaders {
  record(validation: ValidationRecord): Promise<void>;
}
