/**
 * Something that uses connections and is registered here by hand: a piece of content of Posit Connect. Which connections it uses is said in
 * Posit's own dialect.
 */
export interface Consumer {
  readonly id: string;
  readonly name: string;
  readonly title: string | null;
  /** Token that registered it. */
  readonly ownerId: string | null;
  /** The session token that was shown for it was made then, epoch milliseconds. */
  readonly tokenMadeAt: number;
  readonly associations: readonly Association[];
  readonly createdAt: number;
}

export interface Association {
  readonly connectionId: string;
  readonly createdAt: number;
}

/** These connections and no others, in this order: what stays keeps its time. */
export function replaceAssociations(before: readonly Association[], connectionIds: readonly string[], now: number): readonly Association[] {
  return connectionIds.map((connectionId) => before.find((one) => one.connectionId === connectionId) ?? { connectionId, createdAt: now });
}
