import { DomainError } from '../../domain/errors/errors.ts';
import { readProject } from '../../operations/access/read-account.ts';
import { createEnvironment, listEnvironments } from '../../operations/matillion/environments.ts';

import { readAs } from '../kit/http/read-as.ts';
import { PRIORITIES, type Route } from '../kit/route.ts';
import { requireProject } from './project.ts';
import { pageOf, readPage } from './query.ts';
import * as shapes from './shapes.ts';

const PROJECTS = '/dpc/v1/projects';
const ENVIRONMENTS = `${PROJECTS}/:projectId/environments`;

/** What connections belong to. A token sees its own project. */
export const projects: readonly Route[] = [
  {
    method: 'GET',
    url: PROJECTS,
    operation: 'listProjects',
    summary: 'The project of the token',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { query: shapes.pageQuery, answers: { 200: shapes.pageOf(shapes.projectEntry) } },
    async run(call) {
      const page = readPage(call);
      const { id, name } = await readProject(call.services, call.actor);
      return { body: pageOf([{ id, name }], page) };
    },
  },
  {
    method: 'POST',
    url: PROJECTS,
    operation: 'createProject',
    summary: 'Refused: projects are made with the gateway, and each has tokens of its own',
    shapes: { answers: {} },
    async run() {
      throw new DomainError(
        'FORBIDDEN',
        'Projects are not made here: a token works in its own project alone, so nobody could use another one.',
      );
    },
  },
  {
    method: 'GET',
    url: ENVIRONMENTS,
    operation: 'listEnvironments',
    summary: 'Environments of a project, by name',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { params: shapes.project, query: shapes.pageQuery, answers: { 200: shapes.pageOf(shapes.environment) } },
    async run(call) {
      requireProject(call);
      const page = readPage(call);
      const names = await listEnvironments(call.services, call.actor);
      return {
        body: pageOf(
          names.map((name) => ({ name })),
          page,
        ),
      };
    },
  },
  {
    method: 'POST',
    url: ENVIRONMENTS,
    operation: 'createEnvironment',
    summary: 'Adds an environment, whose overrides connections may have',
    right: 'create',
    shapes: { params: shapes.project, body: shapes.environment, answers: { 201: shapes.environment } },
    async run(call) {
      requireProject(call);
      const { name } = readAs(shapes.environment, call.body.object(), 'body');
      await createEnvironment(call.services, call.actor, name);
      return { status: 201, body: { name } };
    },
  },
];
