export interface FakeOracleUser {
  /** In capitals, as the database keeps it. */
  readonly user: string;
  readonly password: string;
  /** The number that a right password is refused with. */
  readonly refused?: number;
  readonly roles?: readonly string[];
  /** Level, right, object and role. */
  readonly rights: readonly (readonly [level: string, right: string, object: string | null, role: string | null])[];
  /** Schemas with the number of tables that the user may touch. */
  readonly schemas?: Readonly<Record<string, number>>;
}

export interface FakeOracleOptions {
  readonly services: readonly string[];
  readonly users: readonly FakeOracleUser[];
  /** Key and certificate; it speaks no TLS without. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What the listener refuses every service with. */
  readonly refuses?: number;
}
