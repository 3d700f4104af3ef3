import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { DIALECTS } from '../../rest/dialects.ts';

/** Both src/server/plugins and dist/server/plugins lie three folders below the package. */
const FOLDER = new URL('../../../schema/openapi/', import.meta.url);

/** The published documents of the dialects, for whoever asks: they say what is served, and nothing of what is stored. */
export function openapi(app: FastifyInstance): void {
  for (const { name } of DIALECTS)
    app.get(pathOf(name), (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8')),
    );
}

/** Where the document of a dialect is served. */
export function pathOf(name: string): string {
  return `/openapi/${name}.json`;
}
