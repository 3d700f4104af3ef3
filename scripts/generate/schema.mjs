import { printSchema } from 'graphql';
import { createCatalogue } from '../../build/connectors/catalogue.js';
import { createSchema } from '../../build/graphql/schema/schema.js';

/** The GraphQL schema, the published contract, as the compiled product has it. */
export function schema() {
  return { 'schema/schema.graphql': `${printSchema(createSchema({ connectors: createCatalogue() }))}\n` };
}
