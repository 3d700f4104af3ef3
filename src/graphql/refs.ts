import type { Connection, Integration, Project, Site } from '../domain/connection.ts';
import type { Builder } from './builder.ts';

export type Refs = ReturnType<typeof createRefs>;

/** Who is calling, or who made something: the holder of a token, `local` for the control socket and the gateway's own jobs. */
export interface UserRow {
  readonly id: string;
  readonly name: string;
  /** Known of the caller alone. */
  readonly roles: readonly string[] | null;
  readonly projectId: string;
}

/** The objects of the lead API that refer to each other across files; each is implemented by the file of its aggregate. */
export function createRefs(builder: Builder) {
  return {
    account: builder.objectRef<Project>('Account'),
    user: builder.objectRef<UserRow>('User'),
    site: builder.objectRef<Site>('DataCollector'),
    connection: builder.objectRef<Connection>('Connection'),
    warehouse: builder.objectRef<Integration>('Warehouse'),
    biContainer: builder.objectRef<Integration>('BiContainer'),
    etlContainer: builder.objectRef<Integration>('EtlContainer'),
  };
}
