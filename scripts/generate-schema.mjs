// Prints the GraphQL schema, the published contract, from compiled code. With --check it only compares.
import { printSchema } from 'graphql';
import { createCatalogue } from '../dist/connectors/catalogue.js';
import { createSchema } from '../dist/graphql/schema/schema.js';
import { generatedFile } from './generated-file.mjs';

generatedFile('schema/schema.graphql', `${printSchema(createSchema({ connectors: createCatalogue() }))}\n`);
