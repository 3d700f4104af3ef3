import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DomainError } from '../domain/errors/errors.ts';
import type { RequestInfo } from '../domain/token/actor.ts';
import { SESSION_TTL_MS } from '../domain/token/session-term.ts';
import { authenticate, authenticateSession } from '../operations/access/authenticate.ts';
import { createSession, endSession } from '../operations/access/manage-sessions.ts';
import { actorId } from '../operations/services.ts';
import { requireSameSite, sessionCookie, sessionSecret, throttled } from './authenticate-request.ts';
import { parseObject, readBody, requireJson } from './read-request.ts';
import { send } from './reply.ts';
import { notServed } from './routes.ts';
import type { GatewayServer } from './server.ts';

/** Only what the bundle itself holds is loaded; styles are set by its editor at run time. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.map': 'application/json',
};

/** Both src/http and dist/http lie two folders below the package. */
const FOLDER = fileURLToPath(new URL('../../dist/explorer', import.meta.url));

const NO_FILE = 'The explorer has no such file. It is at /explorer/.';

/** The API explorer: its files, and the browser session that it signs in with. */
export async function handleExplorer(
  gateway: GatewayServer,
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  info: RequestInfo,
): Promise<void> {
  if (path === '/explorer/session') await handleSession(gateway, request, response, info);
  else if (path === '/explorer') send(response, 302, '', { location: '/explorer/' });
  else await sendFile(response, path === '/explorer/' ? 'index.html' : path.slice('/explorer/'.length));
}

async function sendFile(response: ServerResponse, name: string): Promise<void> {
  // The bundle's names are plain; anything else is no file of it.
  if (!/^(assets\/)?[\w-]+(\.[\w-]+)*$/.test(name)) throw notServed(NO_FILE);
  let content: Buffer;
  try {
    content = await readFile(join(FOLDER, name));
  } catch {
    throw name === 'index.html' ? new DomainError('NOT_FOUND', 'The explorer is not built. Run: npm run build') : notServed(NO_FILE);
  }
  send(response, 200, content, {
    'content-type': TYPES[extname(name)] ?? 'application/octet-stream',
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-store',
  });
}

async function handleSession(gateway: GatewayServer, request: IncomingMessage, response: ServerResponse, info: RequestInfo): Promise<void> {
  requireSameSite(request);
  const { services, rates } = gateway;
  if (request.method === 'POST') {
    requireJson(request);
    const { token } = parseObject(await readBody(request));
    const secret = typeof token === 'string' ? token.trim() : '';
    const actor = await throttled(gateway, info, { secret }, () => authenticate(services, { secret }, info));
    rates.countSignIn(actorId(actor));
    const session = await createSession(services, actor);
    send(response, 204, '', { 'set-cookie': sessionCookie(gateway, request, session.secret, SESSION_TTL_MS / 1000) });
    return;
  }
  const secret = sessionSecret(gateway, request);
  const whoever = async (session: string) => {
    const actor = await throttled(gateway, info, { secret: session }, () => authenticateSession(services, session, info));
    rates.countRequest(actorId(actor));
    return actor;
  };
  if (request.method === 'GET') {
    // Asking who is signed in is no failure; a browser writes every 401 to its console.
    if (secret === undefined) {
      send(response, 200, 'null');
      return;
    }
    const { name, projectId, roles } = await whoever(secret);
    send(response, 200, JSON.stringify({ name, project: projectId, roles }));
    return;
  }
  if (secret !== undefined) {
    const actor = await whoever(secret).catch(() => null);
    if (actor !== null) await endSession(services, actor, secret);
  }
  send(response, 204, '', { 'set-cookie': sessionCookie(gateway, request, '', 0) });
}
