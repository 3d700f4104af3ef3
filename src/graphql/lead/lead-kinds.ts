/** What the lead API names, or asks for, otherwise than a kind's connector says. What is not listed is derived. */
export interface LeadKind {
  /** The input that creating takes. */
  readonly createInput?: string;
  /** The input that updating takes. */
  readonly updateInput?: string;
  /** Its schema requires none of the fields; the connector still does. */
  readonly allOptional?: true;
  /** What the update mutation returns. */
  readonly updatePayload?: string;
  /** The older mutation that tests and stages at once. */
  readonly testV1?: LeadTestV1;
}

export interface LeadTestV1 {
  readonly field: string;
  readonly payload: string;
  /** The argument that holds the details, or null where each field is an argument. */
  readonly argument: string | null;
  /** Its payload says what failed. */
  readonly explains: boolean;
}

export const LEAD_KINDS: Readonly<Record<string, LeadKind>> = {
  'databricks-metastore-sql-warehouse': {
    createInput: 'DatabricksSqlWarehouseInput',
    updateInput: 'DatabricksSqlWarehouseUpdateConnectionDetails',
    updatePayload: 'UpdateDatabricksMetastoreSQLWarehouseCredentialsV2Mutation',
  },
  'databricks-sql-warehouse': {
    createInput: 'DatabricksSqlWarehouseInput',
    updatePayload: 'UpdateDatabricksSQLWarehouseCredentialsV2Mutation',
    testV1: {
      field: 'testDatabricksSqlWarehouseCredentials',
      payload: 'TestDatabricksSqlWarehouseCredentials',
      argument: 'databricksConfig',
      explains: false,
    },
  },
  // Its older test mutation is the one of all databases, in test-database.ts.
  redshift: { allOptional: true },
  snowflake: {
    allOptional: true,
    testV1: { field: 'testSnowflakeCredentials', payload: 'TestSnowflakeCredentials', argument: null, explains: true },
  },
};
