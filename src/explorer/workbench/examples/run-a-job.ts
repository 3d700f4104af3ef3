import { AS_JOB, CONNECTION, type ExampleGroup, LEASE_KEY } from './example.ts';

export const RUN_A_JOB: ExampleGroup = {
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
};
