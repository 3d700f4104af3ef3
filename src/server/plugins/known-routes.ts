import type { FastifyInstance, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { DomainError } from '../../domain/errors/errors.ts';
import { DIALECTS } from '../../rest/dialects.ts';

/** What a reader of an error may try; the explorer's files have paths of their own below its. */
const SERVED = [
  '/graphql',
  '/oauth2/token',
  '/explorer/',
  '/livez',
  '/readyz',
  '/metrics',
  '/openapi/',
  ...DIALECTS.flatMap(({ prefixes }) => prefixes),
];

/** How methods are listed. */
const ORDER = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Refuses a path that is not served, which says what is, and a method that its path does not have, with those that it has. */
export function knownRoutes(app: FastifyInstance): void {
  const routes = new Map<string, { readonly path: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', (route) => {
    const { url, method, config } = route;
    if (config?.asksWhoFirst === true) route.preHandler = [route.preHandler ?? []].flat().concat(refuseUnknown);
    if (config?.servesNothing === true) return;
    const known = routes.get(url) ?? { path: pathOf(url), methods: new Set() };
    for (const one of [method].flat()) known.methods.add(one);
    routes.set(url, known);
  });

  const allowedAt = (path: string): readonly string[] => {
    const exact = routes.get(path);
    const found = exact === undefined ? [...routes.values()].filter((route) => route.path.test(path)) : [exact];
    return ORDER.filter((method) => found.some(({ methods }) => methods.has(method)));
  };
  const refuse = ({ url, method }: FastifyRequest): never => {
    const [path = ''] = url.split('?');
    const allow = allowedAt(path);
    if (allow.length > 0 && !allow.includes(method))
      throw new DomainError('METHOD_NOT_ALLOWED', `This path is served for ${allow.join(', ')} alone.`, { allow });
    if (path.startsWith('/explorer/')) throw noSuchFile();
    throw notServed(`This path is not served. Served are ${SERVED.join(', ')}.`);
  };

  const refuseUnknown: preHandlerHookHandler = (request, _reply, done) => {
    // The router would decode it, and a proxy in front that refuses a path might not.
    const isEncoded = request.url.split('?', 1)[0]?.includes('%') === true;
    if (request.is404 || isEncoded || request.routeOptions.config.servesNothing === true) refuse(request);
    done();
  };
  // Before its body is read, and before anybody is asked who it is, unless its route says otherwise.
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.asksWhoFirst === true) done();
    else refuseUnknown.call(app, request, reply, done);
  });
  app.setNotFoundHandler(refuse);
}

/** The paths that a route of the router's form matches: `:name` stands for one part of a path, and `*` at its end for any. */
function pathOf(url: string): RegExp {
  const parts = url.split(/(:\w+|\*$)/);
  return new RegExp(`^${parts.map((part, at) => (at % 2 === 0 ? escaped(part) : part === '*' ? '.*' : '[^/]+')).join('')}$`);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** Of a page's file that is not there, or whose path is not one that files have. */
export function noSuchFile(): DomainError {
  return notServed('The explorer has no such file. It is at /explorer/.');
}

function notServed(message: string): DomainError {
  return new DomainError('NOT_FOUND', message, { next: 'Check the path of the address.', served: SERVED });
}
