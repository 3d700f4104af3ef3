import { z } from 'zod';
import { createSecretReference, findSecretReference, listSecretReferences } from '../../operations/matillion/secret-references.ts';
import { readAs } from '../kit/http/read-as.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../kit/route.ts';
import { requireProject } from './project.ts';
import { pageOf, readPage } from './query.ts';
import * as shapes from './shapes.ts';
import { violation } from './violation.ts';

const REFERENCES = '/dpc/v1/projects/:projectId/secret-references';
const name = z.string().regex(shapes.secretReferenceName);
const named = shapes.project.extend({ name });

/** Names of secrets under names of the project's. Never a value, in either direction. */
export const secretReferences: readonly Route[] = [
  {
    method: 'GET',
    url: REFERENCES,
    operation: 'listSecretReferences',
    summary: 'Secret references of a project, by name',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { params: shapes.project, query: shapes.pageQuery, answers: { 200: shapes.pageOf(shapes.secretReference) } },
    async run(call) {
      requireProject(call);
      const page = readPage(call);
      return { body: pageOf(await listSecretReferences(call.services, call.actor), page) };
    },
  },
  {
    method: 'GET',
    url: `${REFERENCES}/:name`,
    operation: 'readSecretReference',
    summary: 'A secret reference',
    right: 'read',
    shapes: { params: named, answers: { 200: shapes.secretReference } },
    async run(call) {
      requireProject(call);
      return { body: await findSecretReference(call.services, call.actor, requireName(call.params.name)) };
    },
  },
  {
    method: 'POST',
    url: `${REFERENCES}/:name`,
    operation: 'createSecretReference',
    summary: 'Adds a secret reference',
    right: 'reference',
    shapes: { params: named, body: shapes.writeSecretReference, answers: { 201: shapes.secretReference } },
    async run(call) {
      requireProject(call);
      return await create(call, requireName(call.params.name));
    },
  },
  {
    method: 'POST',
    url: REFERENCES,
    operation: 'addSecretReference',
    summary: 'The same with the name in the body',
    right: 'reference',
    shapes: {
      params: shapes.project,
      body: shapes.writeSecretReference.extend({ name }),
      answers: { 201: shapes.secretReference },
    },
    async run(call) {
      requireProject(call);
      const { name } = call.body.object();
      return await create(call, requireName(typeof name === 'string' ? name : undefined));
    },
  },
];

async function create({ services, actor, body }: Call, name: string): Promise<RouteAnswer> {
  const { secretKey, description, ...given } = readAs(shapes.writeSecretReference, body.object(), 'body');
  const optional = { ...(secretKey == null ? {} : { secretKey }), ...(description == null ? {} : { description }) };
  return { status: 201, body: await createSecretReference(services, actor, { name, ...given, ...optional }) };
}

function requireName(name = ''): string {
  if (shapes.secretReferenceName.test(name)) return name;
  throw violation(
    [{ path: 'name', message: 'must have 1 to 128 letters, digits, underscores, dashes and parentheses' }],
    'The name is not valid.',
  );
}
