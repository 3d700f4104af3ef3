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
    },
    // What is not served has no shapes.
    transform: (route) => (route.schema === undefined ? { url: route.url, schema: { hide: true } } : jsonSchemaTransform(route)),
  });
  // Nothing is asked of it while routes are registered.
  await serveDialect(app, dialect, {});
  await app.ready();
  return tidied(app.swagger(), dialect);
}

/** What most operations have in common is said once, and an answer without a body has none. */
function tidied(document, { errorType = 'application/json' }) {
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  for (const { requestBody } of operations) if (requestBody !== undefined) tellOptional(requestBody);
  const usual = mostFrequent(operations.map(({ responses }) => textOfSchema(responses.default)));
  let failure;
  for (const operation of operations)
    for (const [status, answer] of Object.entries(operation.responses)) {
      answer.description = status === 'default' ? 'Anything that was refused, or went wrong.' : 'What was asked for.';
      const [schema] = Object.values(answer.content ?? {}).map((content) => content.schema);
      if (schema === undefined || isNothing(schema)) delete answer.content;
      else if (status === 'default' && textOfSchema(answer) === usual) {
        failure ??= { description: answer.description, content: { [errorType]: { schema } } };
        operation.responses.default = { $ref: '#/components/responses/Failure' };
      }
    }
  if (failure !== undefined) document.components.responses = { Failure: failure };
  return withPatternProperties(document);
}

/** The generator knows OpenAPI 3.0 better, where names have no patterns: shapes write them as an extension. */
function withPatternProperties(value) {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(withPatternProperties);
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name === 'x-patternProperties' ? 'patternProperties' : name, withPatternProperties(item)]),
  );
}

/** The generator has every body be required: a shape says by an extension that it may be left out. */
function tellOptional(requestBody) {
  const schemas = new Set(Object.values(requestBody.content).map(({ schema }) => schema));
  for (const schema of schemas)
    if (schema['x-optional'] === true) {
      requestBody.required = false;
      delete schema['x-optional'];
    }
}

function textOfSchema(answer) {
  return JSON.stringify(Object.values(answer?.content ?? {})[0]?.schema);
}

function mostFrequent(texts) {
  const counts = new Map();
  for (const text of texts) if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0];
}

/** How the generator writes the shape of nothing. */
function isNothing(schema) {
  return schema.type === 'null' || schema.not !== undefined || Object.keys(schema).length === 0;
}
