/** What is used of the driver, which brings no types and is optional: the product is built without it, too. */
declare module 'oracledb' {
  interface OracleConnection {
    callTimeout: number;
    execute(
      sql: string,
      binds: readonly unknown[],
      options: object,
    ): Promise<{ readonly rows?: readonly Readonly<Record<string, unknown>>[] }>;
    close(options: { readonly drop: boolean }): Promise<void>;
  }
  const oracledb: {
    readonly OUT_FORMAT_OBJECT: number;
    getConnection(options: Readonly<Record<string, unknown>>): Promise<OracleConnection>;
  };
  export = oracledb;
}
