import { z } from 'zod';
import { notFound } from '../../domain/errors/errors.ts';
import { type Call, PRIORITIES, type Route } from '../kit/route.ts';
import { requireProject } from './project.ts';
import { pageOf, readPage } from './query.ts';
import * as shapes from './shapes.ts';

const PROJECT = '/dpc/v1/projects/:projectId';
const LISTS = {
  listPublishedPipelines: `${PROJECT}/published-pipelines`,
  listStreamingPipelines: `${PROJECT}/streaming-pipelines`,
  listSchedules: `${PROJECT}/schedules`,
  listExecutionSteps: `${PROJECT}/pipeline-executions/:executionId/steps`,
  listLineageEvents: '/dpc/v1/lineage/events',
} as const;

const params = (url: string) => {
  const named = [...url.matchAll(/:(\w+)/g)].map(([, name = '']) => [
    name,
    name === 'projectId' ? shapes.project.shape.projectId : z.string(),
  ]);
  return named.length === 0 ? {} : { params: z.object(Object.fromEntries(named)) };
};

function requireOwn(call: Call): void {
  if (call.params.projectId !== undefined) requireProject(call);
}

/** What connectors to Matillion read beside connections. There are no pipelines here, so that they find nothing, and go on. */
export const pipelines: readonly Route[] = [
  ...Object.entries(LISTS).map(
    ([operation, url]): Route => ({
      method: 'GET',
      url,
      operation,
      summary: 'Empty: there are no pipelines here',
      priority: PRIORITIES.lists,
      right: 'read',
      shapes: { ...params(url), query: shapes.pageQuery, answers: { 200: shapes.pageOf(z.object({})) } },
      async run(call) {
        requireOwn(call);
        return { body: pageOf([], readPage(call)) };
      },
    }),
  ),
  {
    method: 'GET',
    url: '/dpc/v1/pipeline-executions',
    operation: 'listPipelineExecutions',
    summary: 'Empty: nothing is executed here',
    priority: PRIORITIES.lists,
    right: 'read',
    shapes: { answers: { 200: z.object({ results: z.array(z.object({})) }) } },
    run: async () => ({ body: { results: [] } }),
  },
  {
    method: 'GET',
    url: `${PROJECT}/artifacts/details`,
    operation: 'readArtifact',
    summary: 'Unknown: nothing is published here',
    right: 'read',
    shapes: { ...params(PROJECT), answers: {} },
    async run(call) {
      requireOwn(call);
      throw notFound('artifact');
    },
  },
];
