/** What is used of the driver, which brings no types and is optional: the product is built without it, too. */
declare module 'hdb' {
  type Done = (error?: Error | null, rows?: readonly Readonly<Record<string, unknown>>[]) => void;
  type Connected = (error: Error | null, socket?: import('node:stream').Duplex) => void;
  interface HanaClient {
    /** The driver's own connection, whose way to open sockets is replaced. */
    readonly _connection: {
      _connectFn?: (to: { readonly host: string; readonly port: number }, connected: Connected) => void;
      /** Makes what proves the password. It is given the server's challenges as names and contents, one after the other. */
      _createAuthenticationManager?: (options: unknown) => {
        initialize(challenges: readonly Buffer[], done: (error?: Error) => void): void;
      };
    };
    on(event: 'error', listener: () => void): void;
    connect(done: Done): void;
    exec(sql: string, done: Done): void;
    close(): void;
  }
  const hdb: { createClient(options: Readonly<Record<string, string | number | boolean>>): HanaClient };
  export = hdb;
}
