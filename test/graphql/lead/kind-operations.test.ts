import { printType } from 'graphql';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { jsonObject } from '../../../src/connectors/kits/fields.ts';
import { tls } from '../../../src/connectors/kits/sql/tls.ts';
import type { Connector } from '../../../src/domain/connector/connector.ts';
import { defineConnector } from '../../../src/domain/connector/define-connector.ts';
import { group, secret, setting } from '../../../src/domain/connector/field.ts';
import { secretText, text } from '../../../src/domain/connector/field-types.ts';
import type { LeadKind } from '../../../src/domain/connector/lead.ts';
import { validator } from '../../../src/domain/connector/validator.ts';
import { createSchema } from '../../../src/graphql/schema/schema.ts';

const validators = [
  validator<object>('validate_connection', { mandatory: true, description: 'd', run: async () => ({ errors: [], warnings: [] }) }),
];
const url = setting(text(), { endpoint: true });

function kind(name: string, fields: Record<string, z.ZodType>, lead: LeadKind): Connector {
  return defineConnector({ kind: name, title: name, category: 'other', fields, lead, validators });
}

/** The parts of the lead API that only some kinds have, each as one of them needs it. */
const kinds = [
  kind(
    'big-query',
    { url, serviceJson: secret(secretText()) },
    {
      name: 'BigQuery',
      createInput: 'BqConnectionDetails',
      tests: [{ field: 'testBqCredentialsV2' }],
      testV1: [{ field: 'testBqCredentials', explains: true }],
    },
  ),
  kind(
    'git-clone',
    { url, ssl: tls({ leadUpdateType: 'SslOptions' }) },
    {
      name: 'GitAuth',
      tests: [{}, { field: 'testGitCloneCredentialsV2', input: 'GitCloneConnectionDetails' }],
      testV1: [{ field: 'testGitCloneCredentials', explains: false, refuses: ['catalogId'], connectionType: 'git-clone' }],
    },
  ),
  kind(
    'forms',
    { url, account: secret(jsonObject(), { names: { leadType: 'JSONString' } }) },
    {
      updateField: 'updateFormsCredentialsV2Mutation',
      updatePayload: 'UpdateFormsCredentialsV2Mutation',
      tests: [{ field: 'testFormsCredentials', takesKey: true }],
    },
  ),
  kind(
    'modes',
    {
      mode: setting(z.enum(['A', 'B']), {
        endpoint: true,
        names: { leadType: 'ModeEnumV2', leadUpdateType: 'UpdateModeEnumV2', leadOlder: 'ModeEnum' },
      }),
      http: group(
        { url: setting(text()), password: secret(secretText()) },
        { names: { leadType: 'HttpInput' }, endpoint: { part: () => null } },
      ),
    },
    {
      tests: [{ payload: 'TestMODESCredentialsV2' }],
      testV1: [{ field: 'testModesCredentials', payload: 'TestMODES', explains: false }],
    },
  ),
];

const schema = createSchema({
  connectors: {
    find: () => null,
    member: () => null,
    all: () => kinds,
  },
});

const typed = (name: string) => {
  const type = schema.getType(name);
  return type === undefined
    ? null
    : printType(type)
        .replace(/"""[\s\S]*?"""\n?/g, '')
        .replace(/\s+/g, ' ');
};
const field = (name: string) => {
  const found = schema.getMutationType()?.getFields()[name];
  const args = found?.args.map((arg) => `${arg.name}: ${arg.type}${arg.defaultValue === undefined ? '' : ` = ${arg.defaultValue}`}`);
  return found === undefined ? null : `(${args?.sort().join(', ')}): ${found.type}`;
};

test('operations are named apart from their kind where the lead API names them so', () => {
  expect({
    update: field('updateBigQueryCredentialsV2'),
    test: field('testBqCredentialsV2'),
    older: field('testBqCredentials'),
    marked: field('updateFormsCredentialsV2Mutation'),
  }).toEqual({
    update: '(changes: BigQueryUpdateConnectionDetails!, connectionId: UUID!): UpdateBigQueryCredentialsV2Mutation',
    test: '(connectionDetails: BqConnectionDetails!, connectionId: UUID, connectionOptions: ConnectionTestOptions, validationName: String!): TestBqCredentialsV2',
    older: '(connectionOptions: ConnectionTestOptions, serviceJson: String, url: String): TestBqCredentials',
    marked: '(changes: FormsUpdateConnectionDetails!, connectionId: UUID!): UpdateFormsCredentialsV2Mutation',
  });
});

test('one kind is tested under several names, with an input for each, and an update takes the TLS options that it takes there', () => {
  expect({
    main: field('testGitAuthCredentialsV2')?.includes('connectionDetails: GitAuthConnectionDetails!'),
    other: field('testGitCloneCredentialsV2')?.includes('connectionDetails: GitCloneConnectionDetails!'),
    update: typed('GitAuthUpdateConnectionDetails'),
  }).toEqual({
    main: true,
    other: true,
    update: 'input GitAuthUpdateConnectionDetails { sslOptions: SslOptions url: String }',
  });
});

test('the older mutations have the older groups and enums, a type by default, and arguments that are refused', () => {
  expect({
    git: field('testGitCloneCredentials'),
    modes: field('testModesCredentials'),
    enums: [typed('ModeEnum'), typed('ModeEnumV2'), typed('UpdateModeEnumV2')],
    group: typed('HttpInput'),
    payload: typed('TestMODES'),
  }).toEqual({
    git: '(catalogId: String, connectionOptions: ConnectionTestOptions, connectionType: String = git-clone, sslOptions: SslInputOptions, url: String): TestGitCloneCredentials',
    modes: '(connectionOptions: ConnectionTestOptions, http: HttpInput, mode: ModeEnum): TestMODES',
    enums: ['enum ModeEnum { A B }', 'enum ModeEnumV2 { A B }', 'enum UpdateModeEnumV2 { A B }'],
    group: 'input HttpInput { password: String url: String }',
    payload: 'type TestMODES { key: String success: Boolean }',
  });
});

test('what is staged may be tested by its key, and a JSON text is one on the wire', () => {
  expect({ test: field('testFormsCredentials'), details: typed('FormsConnectionDetails') }).toEqual({
    test: '(connectionDetails: FormsConnectionDetails, connectionId: UUID, connectionOptions: ConnectionTestOptions, tempCredentialsKey: String, validationName: String!): TestFormsCredentials',
    details: 'input FormsConnectionDetails { account: JSONString! url: String! }',
  });
});
