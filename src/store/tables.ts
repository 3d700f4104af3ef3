import type { InferInsertModel, InferSelectModel, Table } from 'drizzle-orm';
import type * as postgres from './tables.postgres.ts';
import type * as sqlite from './tables.sqlite.ts';

/** The tables as the SQL is written against: PostgreSQL's types, which SQLite's are proven to equal below. */
export type Tables = typeof postgres;

type Rows<T> = { [K in keyof T]: T[K] extends Table ? { select: InferSelectModel<T[K]>; insert: InferInsertModel<T[K]> } : never };
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Does not compile unless both engines' tables have the same names, columns, types and nullability. */
export const tablesAreTwins: Equal<Rows<typeof postgres>, Rows<typeof sqlite>> = true;
