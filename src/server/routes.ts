import { DomainError } from '../domain/errors/errors.ts';

const READ = ['GET', 'HEAD'];

/** Every path that is served, with its methods; the explorer's files have paths of their own below its. */
const METHODS: Readonly<Record<string, readonly string[]>> = {
  '/': READ,
  '/graphql': ['GET', 'POST'],
  '/livez': READ,
  '/readyz': READ,
  '/metrics': READ,
  '/explorer': READ,
  '/explorer/session': ['GET', 'POST', 'DELETE'],
};

/** Throws NOT_FOUND for a path that is not served, which says what is, and METHOD_NOT_ALLOWED with the methods that are. */
export function requireRoute(path: string, method: string | undefined): void {
  const allow = Object.hasOwn(METHODS, path) ? METHODS[path] : path.startsWith('/explorer/') ? READ : undefined;
  if (allow === undefined) throw notServed();
  if (!allow.includes(method ?? ''))
    throw new DomainError('METHOD_NOT_ALLOWED', `This path is served for ${allow.join(', ')} alone.`, { allow });
}

const SERVED = ['/graphql', '/explorer/', '/livez', '/readyz', '/metrics'];

export function notServed(message = `This path is not served. Served are ${SERVED.join(', ')}.`): DomainError {
  return new DomainError('NOT_FOUND', message, { next: 'Check the path of the address.', served: SERVED });
}
