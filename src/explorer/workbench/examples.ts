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

const CONNECTION = '<uuid of the connection>';
const CHANGE_KEY = '<temporary key of the change>';
const LEASE_KEY = '<key of the lease>';

const DETAILS = { dbType: 'postgres', host: 'db.example.com', port: 5432, dbName: 'sales', user: 'loader', password: '<its password>' };
const AS_JOB = { authorization: 'Bearer <secret of the job token>' };

const PROBLEM = `{
        code
        cause
        friendlyMessage
        resolution
      }`;

/** The panel, from top to bottom. A test checks every document against the published schema. */
export const EXAMPLES: readonly ExampleGroup[] = [
  {
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
  },
  {
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
  },
  {
    title: 'Run a job',
    examples: [
      {
        title: 'Make a token for the job',
        does: 'Only the role "job" takes credentials; an owner does not see what jobs get. Put the secret under Headers in the next three.',
        operation: 'CreateJobToken',
        query: `mutation CreateJobToken(
  $name: String!
) {
  createToken(
    name: $name
    roles: [job]
  ) {
    secret
    token {
      id
      expiresAt
    }
  }
}
`,
        variables: { name: 'nightly load' },
      },
      {
        title: 'Take a lease',
        does: 'Pins the current version for the job and answers with its credentials. They stay valid until the lease ends, whatever is saved meanwhile.',
        operation: 'AcquireLease',
        query: `mutation AcquireLease(
  $connectionId: UUID!
  $job: String!
  $ttlSeconds: Int
) {
  acquireLease(
    connectionId: $connectionId
    job: $job
    ttlSeconds: $ttlSeconds
  ) {
    key
    credentials
    lease {
      id
      version
      expiresAt
    }
  }
}
`,
        variables: { connectionId: CONNECTION, job: 'nightly-load', ttlSeconds: 3600 },
        headers: AS_JOB,
      },
      {
        title: 'Read it again',
        does: 'The same credentials, even after a newer version was saved.',
        operation: 'ReadLease',
        query: `mutation ReadLease(
  $leaseKey: String!
) {
  readLease(leaseKey: $leaseKey) {
    credentials
    lease {
      version
      live
      expiresAt
    }
  }
}
`,
        variables: { leaseKey: LEASE_KEY },
        headers: AS_JOB,
      },
      {
        title: 'Release it',
        does: 'Says that the job is done. The old version can retire once nobody holds it.',
        operation: 'ReleaseLease',
        query: `mutation ReleaseLease(
  $leaseKey: String!
) {
  releaseLease(leaseKey: $leaseKey) {
    version
    live
    releasedAt
  }
}
`,
        variables: { leaseKey: LEASE_KEY },
        headers: AS_JOB,
      },
    ],
  },
  {
    title: 'Look after connections',
    examples: [
      {
        title: 'List connections',
        does: 'A page at a time, newest first. For the next page, give the endCursor as $after.',
        operation: 'ListConnections',
        query: `query ListConnections(
  $first: Int
  $after: String
  $filter: ConnectionFilter
) {
  connections(
    first: $first
    after: $after
    filter: $filter
  ) {
    edges {
      node {
        uuid
        name
        kind
        isActive
        settings
        versions {
          version
          label
          proven
          createdAt
          validUntil
        }
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`,
        variables: { first: 20, after: null, filter: { kinds: ['postgres'], active: true } },
      },
      {
        title: 'Roll back',
        does: 'Proves the content of a PREVIOUS version again and makes it current, as a new version. Without a number, the newest of them.',
        operation: 'RollBack',
        query: `mutation RollBack(
  $connectionId: UUID!
  $version: Int
) {
  rollBackConnection(
    connectionId: $connectionId
    version: $version
  ) {
    version
    committedAt
    connection {
      versions {
        version
        label
        restoredFrom
        validUntil
      }
    }
  }
}
`,
        variables: { connectionId: CONNECTION },
      },
      {
        title: 'Read the audit log',
        does: 'Who did what, newest first. No row holds a secret.',
        operation: 'ReadAuditLog',
        query: `query ReadAuditLog(
  $first: Int
  $after: String
) {
  auditLog(
    first: $first
    after: $after
  ) {
    edges {
      node {
        at
        action
        entity
        entityId
        actorName
        details
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}
`,
        variables: { first: 20, after: null },
      },
    ],
  },
];
