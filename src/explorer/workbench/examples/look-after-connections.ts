import { CONNECTION, type ExampleGroup } from './example.ts';

export const LOOK_AFTER_CONNECTIONS: ExampleGroup = {
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
};
