export interface PageRequest {
  /** 1 to 100. */
  readonly limit: number;
  /** Opaque to callers: the sort time and id of the last row seen. */
  readonly after: { readonly at: number; readonly id: string } | null;
}
