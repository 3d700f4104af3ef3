import { CHANGE_KEY, DETAILS, type ExampleGroup, PROBLEM } from './example.ts';

export const ADD_A_CONNECTION: ExampleGroup = {
  title: 'Add a connection',
  examples: [
    {
      title: 'Test its details',
      does: 'Runs one validation on the details as given. Nothing is stored.',
      operation: 'TestDetails',
      query: `mutation TestDetails(
  $details: TransactionalDbConnectionDetails!
) {
  testTransactionalDbCredentials(
    connectionDetails: $details
    validationName: "validate_connection"
  ) {
    validationResult {
      success
      validationName
      errors ${PROBLEM}
      warnings ${PROBLEM}
    }
  }
}
`,
      variables: { details: DETAILS },
    },
    {
      title: 'Stage them',
      does: 'The name "save_credentials" seals the details under a temporary key and dials nobody.',
      operation: 'StageDetails',
      query: `mutation StageDetails(
  $details: TransactionalDbConnectionDetails!
) {
  testTransactionalDbCredentials(
    connectionDetails: $details
    validationName: "save_credentials"
  ) {
    key
  }
}
`,
      variables: { details: DETAILS },
    },
    {
      title: 'Add it',
      does: 'Makes a connection of the staged details, in a new integration of that name; with dwId instead, in one that exists.',
      operation: 'AddConnection',
      query: `mutation AddConnection(
  $key: String!
  $name: String!
) {
  addConnection(
    connectionType: "transactional-db"
    createWarehouseType: "transactional-db"
    key: $key
    name: $name
  ) {
    connection {
      uuid
      name
      type
      isActive
    }
  }
}
`,
      variables: { key: CHANGE_KEY, name: 'Sales' },
    },
  ],
};
