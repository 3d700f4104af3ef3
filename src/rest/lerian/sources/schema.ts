import { DomainError } from '../../../domain/errors/errors.ts';
import { SiteUnreachable } from '../../../domain/site/site-choice.ts';
import { findByName } from '../../../operations/connections/list-described.ts';
import { listTables } from '../../../operations/validations/list-tables.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../../kit/route.ts';
import { findConnection, readId } from '../connections/find.ts';
import { FACET, inWords, type LerianConnection } from '../connections/wire-connection.ts';
import { FAULTS, fault } from '../faults.ts';
import { readMembers } from '../rules/members.ts';
import { KINDS } from '../rules/types.ts';
import * as shapes from '../shapes/answers.ts';
import * as requests from '../shapes/requests.ts';
import { compareSource, namesToAsk, type SchemaFault } from './compare.ts';
import { type MappedFields, readMappedFields } from './mapped-fields.ts';

export const schemas: readonly Route[] = [
  {
    method: 'GET',
    url: '/v1/management/connections/:id/schema',
    operation: 'getConnectionSchema',
    summary: 'Tables and columns that the login sees, asked of the database',
    priority: PRIORITIES.validates,
    shapes: { params: requests.byId, answers: { 200: shapes.schema } },
    async run(call) {
      const connection = await findConnection(call, readId(call.params));
      const { tables, isComplete } = await describe(call, connection, null);
      const { configName, databaseName, type } = connection;
      return {
        headers: isComplete ? {} : { 'x-changeover-truncated': 'true' },
        body: { id: connection.described.connection.id, configName, databaseName, type, tables },
      };
    },
  },
  {
    method: 'POST',
    url: '/v1/management/connections/validate-schema',
    operation: 'validateSchema',
    summary: 'Whether the tables and fields of a mapping are there',
    isMutation: false,
    priority: PRIORITIES.validates,
    right: 'validate',
    shapes: { body: requests.mapping, answers: { 200: shapes.checked, 422: shapes.schemaFault } },
    run: validateSchema,
  },
];

async function validateSchema(call: Call): Promise<RouteAnswer> {
  const { known } = readMembers(call.body.object(), ['mappedFields']);
  const mapped = Object.entries(readMappedFields(known.mappedFields, 'mappedFields'));
  const sources = [];
  for (const [name, wanted] of mapped) sources.push({ name, wanted, connection: await sourceNamed(call, name) });
  if (sources.every(({ connection }) => connection === null)) throw fault('FET-1062', 'No connection has one of these names.');
  const errors = (await Promise.all(sources.map((source) => faultsOf(call, source)))).flat();
  if (errors.length > 0)
    throw new DomainError(FAULTS['FET-1060'].code, 'The mapping names what is not there.', { fet: 'FET-1060', errors });
  return { body: { status: 'success', message: 'All tables and fields are there.' } };
}

async function sourceNamed({ services, actor }: Call, name: string): Promise<LerianConnection | null> {
  const described = await findByName(services, actor, { name, namespace: FACET, kinds: KINDS });
  return described === null ? null : inWords(described);
}

interface Source {
  readonly name: string;
  readonly wanted: MappedFields[string];
  readonly connection: LerianConnection | null;
}

async function faultsOf(call: Call, { name, wanted, connection }: Source): Promise<readonly SchemaFault[]> {
  if (connection === null) return [{ type: 'DATA_SOURCE_NOT_FOUND', dataSourceId: name }];
  try {
    const { tables } = await describe(call, connection, namesToAsk(wanted));
    return compareSource(name, wanted, tables);
  } catch (error) {
    if (!(error instanceof SiteUnreachable || (error instanceof DomainError && error.code === 'VALIDATION_FAILED'))) throw error;
    return [{ type: 'DATA_SOURCE_DOWN', dataSourceId: name }];
  }
}

function describe({ services, actor, signal }: Call, { described, facet }: LerianConnection, tables: readonly string[] | null) {
  const { schema = '' } = facet;
  return listTables(services, actor, { connectionId: described.connection.id, schema: schema === '' ? null : schema, tables, signal });
}
