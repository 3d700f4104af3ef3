/** A restore from a backup that was noticed, as the signed audit records it. */
export interface Restore {
  readonly at: number;
  /** The row that the anchor names, which the store did not have, and the last one that it had. */
  readonly anchorSeq: number;
  readonly anchorHead: string;
  readonly headSeq: number;
  /** How many numbers the next version of each connection leaves out: those after the backup may have been in use. */
  readonly versionGap: number;
}

/** How many version numbers are left out between a version that was made at `from` and the next one, which is made at `to`. */
export function gapBetween(restores: readonly Restore[], from: number, to: number): number {
  return restores.filter(({ at }) => from <= at && at <= to).reduce((sum, { versionGap }) => sum + versionGap, 0);
}
