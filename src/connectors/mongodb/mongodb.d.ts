/** What is used of the driver, which is optional: the product is built without it, too. */
declare module 'mongodb' {
  type Document = Readonly<Record<string, unknown>>;
  interface Db {
    command(command: Document): Promise<Document>;
  }
  class MongoClient {
    constructor(url: string, options: Document);
    on(event: 'serverHeartbeatFailed', listener: (event: { readonly failure: Error }) => void): this;
    connect(): Promise<this>;
    db(name: string): Db;
    close(force: boolean): Promise<void>;
  }
  const BSON: {
    serialize(document: Document): Uint8Array;
    deserialize(bytes: Uint8Array, options?: Document): Document;
    readonly Binary: new (bytes: Uint8Array) => unknown;
  };
}
