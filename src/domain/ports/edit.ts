/** Who changes a row, and when. Null is the gateway itself. */
export interface Edit {
  readonly by: string | null;
  readonly now: number;
}
