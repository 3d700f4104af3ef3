import type { Connection, Integration, Project, Site } from '../../domain/connection/connection.ts';
import type { Builder } from './builder.ts';
import type { UserRow } from './loaders.ts';

export type Refs = ReturnType<typeof createRefs>;

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
    streamingCluster: builder.objectRef<Integration>('StreamingCluster'),
  };
}
