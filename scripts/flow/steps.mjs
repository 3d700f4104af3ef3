// The flow that the product exists for, as a list. Each step is one request: what it is for, who sends it, and what has to come back.
// `keep` remembers what later steps need; `holds` says whether the answer is right.

const VALIDATION = 'success validationName errors { code cause friendlyMessage resolution } warnings { friendlyMessage }';

export const steps = [
  {
    title: 'Prove the credentials of a new connection',
    why: 'One validator runs against the real server. Nothing is stored.',
    document: `mutation ($details: TransactionalDbConnectionDetails!) { testTransactionalDbCredentials(connectionDetails: $details, validationName: "validate_connection") { key validationResult { ${VALIDATION} } } }`,
    variables: ({ target }) => ({ details: details(target) }),
    holds: ({ testTransactionalDbCredentials: { key, validationResult } }) => key === null && validationResult.success,
  },
  {
    title: 'Stage them',
    why: '"save_credentials" seals them under a temporary key and dials nobody.',
    document: `mutation ($details: TransactionalDbConnectionDetails!) { testTransactionalDbCredentials(connectionDetails: $details, validationName: "save_credentials") { key } }`,
    variables: ({ target }) => ({ details: details(target) }),
    keep: ({ testTransactionalDbCredentials: { key } }) => ({ key }),
    holds: ({ testTransactionalDbCredentials: { key } }) => typeof key === 'string',
  },
  {
    title: 'Add the connection',
    why: 'The key becomes version 1 of a connection in a new integration.',
    document:
      'mutation ($key: String!) { addConnection(connectionType: "transactional-db", key: $key, createWarehouseType: "transactional-db", name: "Sales database") { connection { uuid name type isActive } } }',
    variables: ({ key }) => ({ key }),
    keep: ({ addConnection: { connection } }) => ({ connectionId: connection.uuid }),
    holds: ({ addConnection: { connection } }) => connection.isActive,
  },
  {
    title: 'A token for the nightly job',
    why: 'Only a token with the role "job" takes credentials, and an owner does not see what jobs get.',
    document: 'mutation { createToken(name: "nightly load", roles: [job]) { secret token { id name } } }',
    keep: ({ createToken: { secret } }) => ({ jobToken: secret }),
    holds: ({ createToken: { secret } }) => secret.startsWith('chg_'),
  },
  {
    title: 'The job takes a lease',
    why: 'It gets the credentials of the current version, and that version stays valid for as long as the lease lives.',
    as: 'job',
    document:
      'mutation ($connectionId: UUID!) { acquireLease(connectionId: $connectionId, job: "nightly-load") { key credentials lease { id version expiresAt } } }',
    variables: ({ connectionId }) => ({ connectionId }),
    keep: ({ acquireLease: { key } }) => ({ leaseKey: key }),
    holds: ({ acquireLease: { credentials, lease } }) =>
      lease.version === 1 && credentials.user === 'loader' && credentials.password === 'winter-2025-loader',
  },
  {
    title: 'Stage a new login, with a wrong password',
    why: 'Only what changes is given.',
    document: update(),
    variables: ({ connectionId }) => ({ connectionId, changes: { user: 'loader_2026', password: 'sprung-2026-loader' } }),
    keep: ({ updateTransactionalDbCredentialsV2: { result } }) => ({ key: result.key }),
    holds: ({ updateTransactionalDbCredentialsV2: { result } }) => result.success,
  },
  {
    title: 'Test it',
    why: 'A failed validation is an answer, with a cause, a reason and what to do.',
    document: test(),
    variables: ({ key }) => ({ key }),
    holds: ({ testUpdatedCredentialsV2: { validationResult } }) => !validationResult.success && validationResult.errors.length === 1,
  },
  {
    title: 'Try to save it all the same',
    why: 'Nothing is saved without proof, whatever the caller left out.',
    document: save(),
    variables: ({ connectionId, key }) => ({ connectionId, key }),
    fails: 'VALIDATION_FAILED',
  },
  {
    title: 'Stage a login that works and may do less',
    why: 'A login without the grants of the one before would break the jobs as surely as a typo.',
    document: update(),
    variables: ({ connectionId }) => ({ connectionId, changes: { user: 'newcomer', password: 'autumn-2026-newcomer' } }),
    keep: ({ updateTransactionalDbCredentialsV2: { result } }) => ({ key: result.key }),
    holds: ({ updateTransactionalDbCredentialsV2: { result } }) => result.success,
  },
  {
    title: 'Try to save that',
    why: 'It is refused with what would be lost, and the statement that mends it.',
    document: save(),
    variables: ({ connectionId, key }) => ({ connectionId, key }),
    fails: 'VALIDATION_FAILED',
  },
  {
    title: 'Stage the new login again, with the right password',
    why: 'Every staged change has a key of its own.',
    document: update(),
    variables: ({ connectionId }) => ({ connectionId, changes: { user: 'loader_2026', password: 'spring-2026-loader' } }),
    keep: ({ updateTransactionalDbCredentialsV2: { result } }) => ({ key: result.key }),
    holds: ({ updateTransactionalDbCredentialsV2: { result } }) => result.success,
  },
  {
    title: 'Test it',
    why: 'The result is bound to exactly this candidate.',
    document: test(),
    variables: ({ key }) => ({ key }),
    holds: ({ testUpdatedCredentialsV2: { validationResult } }) => validationResult.success,
  },
  {
    title: 'Save it',
    why: 'Version 2 is current from here on. Version 1 stays valid for the job that holds it.',
    document: save(),
    variables: ({ connectionId, key }) => ({ connectionId, key }),
    holds: ({ updateCredentialsV2: { success, version } }) => success && version === 2,
  },
  {
    title: 'The running job reads its lease',
    why: 'It still gets what it began with.',
    as: 'job',
    document: 'mutation ($leaseKey: String!) { readLease(leaseKey: $leaseKey) { credentials lease { version live } } }',
    variables: ({ leaseKey }) => ({ leaseKey }),
    holds: ({ readLease: { credentials, lease } }) => lease.version === 1 && lease.live && credentials.password === 'winter-2025-loader',
  },
  {
    title: 'The next job takes a lease',
    why: 'It gets the new login.',
    as: 'job',
    document:
      'mutation ($connectionId: UUID!) { acquireLease(connectionId: $connectionId, job: "hourly-load") { credentials lease { version } } }',
    variables: ({ connectionId }) => ({ connectionId }),
    holds: ({ acquireLease: { credentials, lease } }) =>
      lease.version === 2 && credentials.user === 'loader_2026' && credentials.password === 'spring-2026-loader',
  },
  {
    title: 'Send the stored password somewhere else',
    why: 'A stored secret only goes where it was saved for; who changes the host has to give it again.',
    document: update(),
    variables: ({ connectionId }) => ({ connectionId, changes: { host: 'db.example' } }),
    fails: 'SECRET_REENTRY_REQUIRED',
  },
  {
    title: 'Roll back',
    why: 'The old content is proved again and becomes current as version 3: numbers never go down.',
    document:
      'mutation ($connectionId: UUID!) { rollBackConnection(connectionId: $connectionId) { version connection { settings versions { version label validUntil } } } }',
    variables: ({ connectionId }) => ({ connectionId }),
    holds: ({ rollBackConnection: { version, connection } }) => version === 3 && connection.settings.user === 'loader',
  },
  {
    title: 'The job is done',
    why: 'With its last lease released and the overlap over, the old version can be retired.',
    as: 'job',
    document: 'mutation ($leaseKey: String!) { releaseLease(leaseKey: $leaseKey) { version live } }',
    variables: ({ leaseKey }) => ({ leaseKey }),
    holds: ({ releaseLease: { live } }) => !live,
  },
  {
    title: 'Read the audit log',
    why: 'Every change and every lease left a row, which names no secret.',
    document: 'query { auditLog(first: 50) { edges { node { at action entity actorName } } } }',
    holds: ({ auditLog: { edges } }) => edges.length >= 8,
  },
];

function details({ port }) {
  return { dbType: 'postgres', host: '127.0.0.1', port, dbName: 'sales', user: 'loader', password: 'winter-2025-loader' };
}

function update() {
  return 'mutation ($connectionId: UUID!, $changes: TransactionalDbUpdateConnectionDetails!) { updateTransactionalDbCredentialsV2(connectionId: $connectionId, changes: $changes) { result { success key } } }';
}

function test() {
  return `mutation ($key: String!) { testUpdatedCredentialsV2(connectionType: "postgres", tempCredentialsKey: $key, validationName: "validate_connection") { validationResult { ${VALIDATION} } } }`;
}

function save() {
  return 'mutation ($connectionId: UUID!, $key: String!) { updateCredentialsV2(connectionId: $connectionId, tempCredentialsKey: $key) { success updatedAt version } }';
}
