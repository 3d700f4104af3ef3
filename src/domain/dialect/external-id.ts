/** What of a dialect has ids in another product's form. */
export interface ExternalIdKind {
  readonly dialect: string;
  readonly entity: string;
}

/** The id of one thing of ours in that form. It is given once, and never to another thing. */
export interface ExternalId extends ExternalIdKind {
  readonly entityId: string;
  readonly projectId: string;
  readonly value: string;
}

export interface ExternalIdReaders {
  /** In no particular order; things that have none yet are left out. */
  ofEntities(kind: ExternalIdKind, entityIds: readonly string[]): Promise<readonly ExternalId[]>;
  /** Whose it is in a project, or in whichever project has it. Only forms whose values are never given twice may be looked for in all. */
  findByValue(kind: ExternalIdKind, value: string, projectId: string | null): Promise<ExternalId | null>;
}

export interface ExternalIdWriters extends ExternalIdReaders {
  /** How many were given in the project so far; none is ever taken back. Take a lock on what counts them first. */
  count(kind: ExternalIdKind, projectId: string): Promise<number>;
  /** Leaves a thing that has an id as it is. */
  insert(id: ExternalId): Promise<void>;
}
