/** What others may be told of a change of state: ids only, never content. */
export interface OutboxEvent {
  readonly id: string;
  readonly projectId: string;
  readonly type: string;
  readonly entityId: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
}

export interface EventWriters {
  append(event: OutboxEvent): Promise<void>;
}
