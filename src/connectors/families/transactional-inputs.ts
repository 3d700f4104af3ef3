import type { FamilyInputs, WireShape } from '../../domain/connector/lead.ts';

const strings = (...names: readonly string[]): WireShape => Object.fromEntries(names.map((name) => [name, { type: 'String' as const }]));
const flags = (...names: readonly string[]): WireShape => Object.fromEntries(names.map((name) => [name, { type: 'Boolean' as const }]));

const SSL: WireShape = {
  ...strings('caData', 'certData', 'keyData', 'keyPassword'),
  ...flags('disabled', 'preferred', 'verifyCert', 'verifyIdentity', 'skipCertVerification'),
};
const TERADATA = {
  modes: 'DISABLE ALLOW PREFER REQUIRE VERIFY_CA VERIFY_FULL'.split(' '),
  mechanisms: 'TD2 BROWSER JWT LDAP KRB5 TDNEGO'.split(' '),
};

const TRANSACTIONAL: WireShape = {
  ...strings(
    'dbName',
    'host',
    'user',
    'password',
    'token',
    'consumerKey',
    'consumerSecret',
    'username',
    'privateKey',
    'domain',
    'dataspace',
    'tenantId',
    'clientId',
    'clientSecret',
    'authType',
    'realm',
    'kdc',
    'principal',
    'keytabBase64',
  ),
  port: { type: 'Int' },
  dataspaces: { type: '[String]' },
  database: { type: 'String', description: 'Another name of dbName.' },
};

/** The lead API's inputs of all transactional databases, with its irregular names and optionalities: every document that is valid there is valid here. */
export const transactionalInputs: FamilyInputs = {
  create: {
    name: 'TransactionalDbConnectionDetails',
    fields: {
      ...TRANSACTIONAL,
      dbType: { type: 'String', required: true },
      connectionSettings: {
        type: {
          input: 'TransactionalDbConnectionSettings',
          fields: {
            tdSslmode: { type: { enum: 'TeradataSSLModeEnum', values: TERADATA.modes } },
            tdLogmech: { type: { enum: 'TeradataLogMechEnum', values: TERADATA.mechanisms } },
            ...flags('tls', 'rdsProxy'),
            sslOptions: { type: { input: 'SslOptions', fields: SSL } },
          },
        },
      },
    },
  },
  update: {
    name: 'TransactionalDbUpdateConnectionDetails',
    fields: {
      ...TRANSACTIONAL,
      dbType: { type: 'String' },
      connectionSettings: {
        type: {
          input: 'TransactionalDbUpdateConnectionSettings',
          fields: {
            tdSslmode: { type: { enum: 'TeradataSSLModeUpdateEnum', values: TERADATA.modes } },
            tdLogmech: { type: { enum: 'TeradataLogMechUpdateEnum', values: TERADATA.mechanisms } },
            ...flags('rdsProxy'),
          },
        },
      },
      sslOptions: { type: { input: 'SslUpdateOptions', fields: SSL } },
    },
  },
};
