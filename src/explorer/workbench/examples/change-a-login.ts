import { CHANGE_KEY, CONNECTION, type ExampleGroup, PROBLEM } from './example.ts';

export const CHANGE_A_LOGIN: ExampleGroup = {
  title: 'Change a login',
  examples: [
    {
      title: 'Find the connection',
      does: 'Every connection of the project, by the site that it is dialled from.',
      operation: 'FindConnection',
      query: `query FindConnection {
  getPlatformServices {
    name
    connections {
      uuid
      name
      connectionType
      subtype
      identifiers
    }
  }
}
`,
    },
    {
      title: 'Stage the new login',
      does: 'Give only what changes: a field left out keeps its value, null clears it. The answer has the temporary key of the change. Nothing is in use yet.',
      operation: 'StageLogin',
      query: `mutation StageLogin(
  $connectionId: UUID!
  $changes: TransactionalDbUpdateConnectionDetails!
) {
  updateTransactionalDbCredentialsV2(
    connectionId: $connectionId
    changes: $changes
  ) {
    result {
      success
      key
    }
  }
}
`,
      variables: { connectionId: CONNECTION, changes: { user: 'loader_2026', password: '<the new password>' } },
    },
    {
      title: 'See what can be tested',
      does: 'The validations of the kind, in the order to run them.',
      operation: 'ListValidations',
      query: `query ListValidations(
  $connectionType: String!
) {
  getSupportedValidationsV2(
    connectionType: $connectionType
  ) {
    supportedValidations {
      name
      description
      isPrerequisite
      mandatory
    }
  }
}
`,
      variables: { connectionType: 'postgres' },
    },
    {
      title: 'Test the new login',
      does: 'Runs one validation on the staged change, against the real server. A failure is an answer: what is wrong, and how to mend it.',
      operation: 'TestLogin',
      query: `mutation TestLogin(
  $connectionType: String!
  $key: String!
  $validationName: String!
) {
  testUpdatedCredentialsV2(
    connectionType: $connectionType
    tempCredentialsKey: $key
    validationName: $validationName
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
      variables: { connectionType: 'postgres', key: CHANGE_KEY, validationName: 'validate_connection' },
    },
    {
      title: 'Save it',
      does: 'Makes it the current version, once every mandatory validation has passed; those that are missing are run first. The old login stays valid for the jobs that hold it.',
      operation: 'SaveLogin',
      query: `mutation SaveLogin(
  $connectionId: UUID!
  $key: String!
) {
  updateCredentialsV2(
    connectionId: $connectionId
    tempCredentialsKey: $key
  ) {
    success
    updatedAt
    version
  }
}
`,
      variables: { connectionId: CONNECTION, key: CHANGE_KEY },
    },
  ],
};
