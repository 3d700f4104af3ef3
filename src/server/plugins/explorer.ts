import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pages from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { SESSION_TTL_MS } from '../../domain/token/session-term.ts';
import { authenticateToken } from '../../operations/access/authenticate.ts';
import { createSession, endSession } from '../../operations/access/manage-sessions.ts';
import { actorId } from '../../operations/services.ts';
import type { Gateway } from '../gateway.ts';
import { sessionSecretOf, setSessionCookie } from '../request/session-cookie.ts';
import { sessionActor } from './authentication.ts';
import { requireSameSite } from './csrf.ts';

/** Only what the bundle itself holds is loaded; styles are set by its editor at run time. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/** Both src/server/plugins and dist/server/plugins lie three folders below the package. */
const FOLDER = fileURLToPath(new URL('../../../dist/explorer', import.meta.url));

/** The API explorer: its files, and the browser session that it signs in with. */
export async function explorer(app: FastifyInstance, gateway: Gateway): Promise<void> {
  app.get('/explorer', (_request, reply) => reply.redirect('/explorer/'));
  if (existsSync(join(FOLDER, 'index.html'))) await servePages(app);
  else
    app.get('/explorer/*', () => {
      throw new DomainError('NOT_FOUND', 'The explorer is not built. Run: npm run build');
    });
  await app.register(async (routes) => {
    routes.addHook('onRequest', async ({ raw }) => requireSameSite(raw));
    routes.get('/explorer/session', { exposeHeadRoute: false }, (request) => whoIsSignedIn(gateway, request));
    routes.post('/explorer/session', (request, reply) => signIn(gateway, request, reply));
    routes.delete('/explorer/session', (request, reply) => signOut(gateway, request, reply));
  });
}

async function servePages(app: FastifyInstance): Promise<void> {
  await app.register(pages, {
    root: FOLDER,
    prefix: '/explorer/',
    decorateReply: false,
    cacheControl: false,
    dotfiles: 'ignore',
    setHeaders(response, path) {
      response.header('content-security-policy', PAGE_POLICY);
      // The names in this folder change with what is in them.
      if (basename(dirname(path)) === 'assets') response.header('cache-control', 'public, max-age=31536000, immutable');
    },
  });
}

async function whoIsSignedIn(gateway: Gateway, request: FastifyRequest) {
  const secret = sessionSecretOf(request);
  // Asking who is signed in is no failure; a browser writes every 401 to its console.
  if (secret === undefined) return 'null';
  const { name, projectId, roles } = await signedIn(gateway, request, secret);
  return { name, project: projectId, roles };
}

async function signIn(gateway: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { services, rateLimits, login } = gateway;
  // The parser gives an object, or the request had no body.
  const { token } = (request.body ?? {}) as Readonly<Record<string, unknown>>;
  const secret = typeof token === 'string' ? token.trim() : '';
  const actor = await login(request.info, { secret }, () => authenticateToken(services, { secret }, request.info));
  rateLimits.countSignIn(actorId(actor));
  const session = await createSession(services, actor);
  setSessionCookie(request, reply, session.secret, SESSION_TTL_MS / 1000);
  return reply.code(204).send();
}

async function signOut(gateway: Gateway, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const secret = sessionSecretOf(request);
  if (secret !== undefined) {
    const actor = await signedIn(gateway, request, secret).catch(() => null);
    if (actor !== null) await endSession(gateway.services, actor, secret);
  }
  setSessionCookie(request, reply, '', 0);
  return reply.code(204).send();
}

async function signedIn(gateway: Gateway, request: FastifyRequest, secret: string) {
  const actor = await sessionActor(gateway, request.info, secret);
  gateway.rateLimits.countRequest(actorId(actor));
  return actor;
}
