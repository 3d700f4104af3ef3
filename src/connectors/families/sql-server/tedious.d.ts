/** What is used of the driver, which is optional: the product is built without it, too. */
declare module 'tedious' {
  interface ConnectionConfiguration {
    readonly server: string;
    readonly authentication:
      | { readonly type: 'default'; readonly options: { readonly userName: string; readonly password: string } }
      | { readonly type: 'azure-active-directory-access-token'; readonly options: { readonly token: string } };
    readonly options: {
      readonly port: number;
      readonly database?: string;
      readonly encrypt: boolean;
      readonly trustServerCertificate: boolean;
      readonly cryptoCredentialsDetails: object;
      readonly connectTimeout: number;
      readonly requestTimeout: number;
      readonly maxRetriesOnTransientErrors: number;
      readonly appName: string;
      readonly useColumnNames: boolean;
      /** Called for every connection, for one that a server sent its client on to as well. */
      readonly connector: (to: { readonly host: string; readonly port: number }) => Promise<import('node:stream').Duplex>;
    };
  }
  type Done = (error?: Error | null) => void;
  class Request {
    constructor(sql: string, done: Done);
    on(event: 'row', listener: (columns: Readonly<Record<string, { readonly value: unknown }>>) => void): this;
  }
  class Connection {
    constructor(config: ConnectionConfiguration);
    on(event: 'secure' | 'error', listener: () => void): this;
    on(event: 'errorMessage', listener: (message: { readonly number: number }) => void): this;
    connect(done: Done): void;
    execSqlBatch(request: Request): void;
    close(): void;
  }
}
