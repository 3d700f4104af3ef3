import { z } from 'zod';
import { type Connector, type FieldNames, type FieldShape, fieldMeta } from '../../../domain/connector/connector.ts';

/** A field of a GraphQL input, derived from a connector's or named by the lead API. */
export type WireType =
  | 'String'
  | 'Int'
  | 'Boolean'
  | '[String]'
  | '[String!]'
  | { readonly enum: string; readonly values: readonly string[] }
  | { readonly input: string; readonly fields: WireShape };
export interface WireField {
  readonly type: WireType;
  readonly required?: boolean;
  readonly description?: string;
}
export type WireShape = Readonly<Record<string, WireField>>;

/** The input of a kind, by the lead API's spelling; `required` marks what creating it takes. */
export function wireShapeOf(connector: Connector, update: boolean): WireShape {
  return shapeOf(
    connector.kind,
    connector.fields,
    (key, { leadType, leadUpdateType }) =>
      (update ? (leadUpdateType ?? leadType) : leadType) ?? `${pascal(connector.kind)}${pascal(key)}${update ? 'Update' : ''}Options`,
    !update,
  );
}

function shapeOf(owner: string, fields: FieldShape, inputOf: (key: string, names: FieldNames) => string, mayRequire: boolean): WireShape {
  return Object.fromEntries(
    Object.entries(fields).map(([key, schema]) => {
      const { names, members, description } = fieldMeta(schema, key);
      const type: WireType =
        members === null
          ? wireTypeOf(schema, `${owner}.${key}`, names.leadType)
          : { input: inputOf(key, names), fields: shapeOf(`${owner}.${key}`, members, inputOf, false) };
      const required = mayRequire && !schema.safeParse(undefined).success;
      return [names.lead ?? key, { type, required, ...(description === null ? {} : { description }) }];
    }),
  );
}

function wireTypeOf(schema: z.ZodType, name: string, leadType?: string): WireType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return wireTypeOf(schema.unwrap() as z.ZodType, name, leadType);
  if (schema instanceof z.ZodEnum && leadType !== undefined) return { enum: leadType, values: schema.options.map(String) };
  if (schema instanceof z.ZodString || schema instanceof z.ZodEnum) return 'String';
  if (schema instanceof z.ZodNumber) return 'Int';
  if (schema instanceof z.ZodBoolean) return 'Boolean';
  if (schema instanceof z.ZodArray) return '[String!]';
  throw new TypeError(`Field "${name}" has a type that no GraphQL input stands for.`);
}

export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, __, letter: string) => letter.toUpperCase());
}

const strings = (...names: readonly string[]): WireShape => Object.fromEntries(names.map((name) => [name, { type: 'String' as const }]));
const flags = (...names: readonly string[]): WireShape => Object.fromEntries(names.map((name) => [name, { type: 'Boolean' as const }]));

const SSL: WireShape = {
  ...strings('caData', 'certData', 'keyData', 'keyPassword'),
  ...flags('disabled', 'verifyCert', 'verifyIdentity', 'skipCertVerification'),
};
const TERADATA = {
  modes: 'DISABLE ALLOW PREFER REQUIRE VERIFY_CA VERIFY_FULL'.split(' '),
  mechanisms: 'TD2 BROWSER JWT LDAP KRB5 TDNEGO'.split(' '),
};

export interface FamilyInputs {
  readonly create: { readonly name: string; readonly fields: WireShape };
  readonly update: { readonly name: string; readonly fields: WireShape };
}

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

/** The lead API's shared inputs by family, with its irregular names and optionalities: every document that is valid there is valid here. */
export const FAMILY_INPUTS: Readonly<Record<string, FamilyInputs>> = {
  TransactionalDb: {
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
  },
};
