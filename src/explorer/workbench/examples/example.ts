/** A ready document. What a reader has to fill in stands in angle brackets. */
export interface Example {
  readonly title: string;
  readonly does: string;
  /** Name of the document's one operation, unlike any other example's: the editor's tab has it as its title. */
  readonly operation: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ExampleGroup {
  readonly title: string;
  readonly examples: readonly Example[];
}

export const CONNECTION = '<uuid of the connection>';
export const CHANGE_KEY = '<temporary key of the change>';
export const LEASE_KEY = '<key of the lease>';

export const DETAILS = {
  dbType: 'postgres',
  host: 'db.example.com',
  port: 5432,
  dbName: 'sales',
  user: 'loader',
  password: '<its password>',
};
export const AS_JOB = { authorization: 'Bearer <secret of the job token>' };

export const PROBLEM = `{
        code
        cause
        friendlyMessage
        resolution
      }`;
