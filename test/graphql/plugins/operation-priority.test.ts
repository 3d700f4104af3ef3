import { type OperationDefinitionNode, parse } from 'graphql';
import { expect, test } from 'vitest';
import { createCatalogue } from '../../../src/connectors/catalogue.ts';
import { operationPriorityOf } from '../../../src/graphql/plugins/operation-priority.ts';
import { createSchema } from '../../../src/graphql/schema/schema.ts';

const schema = createSchema({ connectors: createCatalogue() });

test.each([
  ['{ connection(id: "x") { uuid } }', 'normal', false],
  ['{ connections { edges { cursor } } }', 'expendable', false],
  ['{ getUser { id } connections { edges { cursor } } }', 'expendable', false],
  ['mutation { renewLease(leaseKey: "x") { id } }', 'critical', false],
  ['mutation { a: renewLease(leaseKey: "x") { id } discardChange(id: "x") { id } }', 'normal', false],
  ['mutation { updateCredentialsV2(connectionId: "x", tempCredentialsKey: "y") { success } }', 'critical', true],
  [
    'mutation { testUpdatedCredentialsV2(connectionType: "x", tempCredentialsKey: "y", validationName: "z") { __typename } }',
    'expendable',
    true,
  ],
  ['mutation { ...F } fragment F on Mutation { renewLease(leaseKey: "x") { id } }', 'normal', true],
])('%s is %s, and slow: %s', (document, priority, slow) => {
  const [operation] = parse(document).definitions;
  expect(operationPriorityOf(schema, operation as OperationDefinitionNode)).toEqual({ priority, slow });
});

test('every operation that runs validators is allowed the time that they take', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  const quick = mutations.filter(
    ({ name, extensions }) => /^test|Credentials$|addConnection|rollBack|toggle/.test(name) && extensions.operationPriority === undefined,
  );
  expect(quick.map(({ name }) => name)).toEqual([]);
});
