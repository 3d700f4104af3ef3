import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';

/** What a reader of an error may try; the explorer's files have paths of their own below its. */
const SERVED = ['/graphql', '/oauth2/token', '/explorer/', '/livez', '/readyz', '/metrics'];

/** How methods are listed. */
const ORDER = ['GET', 'HEAD', 'POST', 'DELETE'];

/** Refuses a path that is not served, which says what is, and a method that its path does not have, with those that it has. */
export function knownRoutes(app: FastifyInstance): void {
  const methods = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ url, method }) => {
    const known = methods.get(url) ?? new Set();
    for (const one of [method].flat()) known.add(one);
    methods.set(url, known);
  });

  const allowedAt = (path: string): readonly string[] => {
    const found = methods.get(path) ?? [...methods].find(([url]) => url.endsWith('/*') && path.startsWith(url.slice(0, -1)))?.[1];
    return ORDER.filter((method) => found?.has(method) === true);
  };
  const refuse = ({ url, method }: FastifyRequest): never => {
    const [path = ''] = url.split('?');
    const allow = allowedAt(path);
    if (allow.length > 0 && !allow.includes(method))
      throw new DomainError('METHOD_NOT_ALLOWED', `This path is served for ${allow.join(', ')} alone.`, { allow });
    if (path.startsWith('/explorer/')) throw noSuchFile();
    throw notServed(`This path is not served. Served are ${SERVED.join(', ')}.`);
  };

  // Before its body is read.
  app.addHook('onRequest', (request, _reply, done) => {
    // The router would decode it, and a proxy in front that refuses a path might not.
    if (request.is404 || request.url.split('?', 1)[0]?.includes('%') === true) refuse(request);
    done();
  });
  app.setNotFoundHandler(refuse);
}

/** Of a page's file that is not there, or whose path is not one that files have. */
export function noSuchFile(): DomainError {
  return notServed('The explorer has no such file. It is at /explorer/.');
}

function notServed(message: string): DomainError {
  return new DomainError('NOT_FOUND', message, { next: 'Check the path of the address.', served: SERVED });
}
