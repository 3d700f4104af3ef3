import type { Consumer } from '../../domain/consumer/consumer.ts';
import type { DialectRecord, RecordKind } from '../../domain/dialect/dialect-record.ts';

/** Consumers are what Posit Connect calls content: they are kept as records of its dialect. */
export const CONSUMERS: RecordKind = { dialect: 'posit', entity: 'content' };

/** Most of one project. */
export const MOST_CONSUMERS = 1000;

type Kept = Pick<Consumer, 'name' | 'title' | 'tokenMadeAt' | 'associations'>;

export function consumerOf({ key, data, createdAt, createdBy }: DialectRecord): Consumer {
  // The row is signed, and nothing else is ever written into it.
  return { id: key, createdAt, ownerId: createdBy, ...(data as unknown as Kept) };
}

export function dataOf({ name, title, tokenMadeAt, associations }: Kept): DialectRecord['data'] {
  return { name, title, tokenMadeAt, associations };
}
