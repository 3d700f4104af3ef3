import swagger from '@fastify/swagger';
import createFastify from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { DIALECTS } from '../../build/rest/dialects.js';
import { serveDialect } from '../../build/rest/kit/dialect.js';
import { compactJson } from '../compact-json.mjs';

/** The OpenAPI documents, published contracts like the GraphQL schema: what each dialect's routes say of themselves. */
export async function openapi() {
  const files = {};
  for (const dialect of DIALECTS) files[`schema/openapi/${dialect.name}.json`] = `${compactJson(await documentOf(dialect))}\n`;
  return files;
}

async function documentOf(dialect) {
  const app = createFastify();
  const { title, description, securitySchemes } = dialect;
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version: '1' },
      components: { securitySchemes },
      // Any of them will do.
      security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    },
    transform: jsonSchemaTransform,
  });
  // Nothing is asked of it while routes are registered.
  await serveDialect(app, dialect, {});
  await app.ready();
  return tidied(app.swagger(), dialect);
}

/** What all operations have in common is said once, and an answer without a body has none. */
function tidied(document, { errorType = 'application/json' }) {
  let failure;
  for (const operation of Object.values(document.paths).flatMap((methods) => Object.values(methods)))
    for (const [status, answer] of Object.entries(operation.responses)) {
      answer.description = status === 'default' ? 'Anything that was refused, or went wrong.' : 'What was asked for.';
      const [schema] = Object.values(answer.content ?? {}).map((content) => content.schema);
      if (schema === undefined || isNothing(schema)) delete answer.content;
      else if (status === 'default') {
        failure ??= { description: answer.description, content: { [errorType]: { schema } } };
        operation.responses.default = { $ref: '#/components/responses/Failure' };
      }
    }
  if (failure !== undefined) document.components.responses = { Failure: failure };
  return document;
}

/** How the generator writes the shape of nothing. */
function isNothing(schema) {
  return schema.type === 'null' || schema.not !== undefined || Object.keys(schema).length === 0;
}
