import type { FastifyRequest } from 'fastify';

/** A request as node has it. */
export type RawRequest = FastifyRequest['raw'];

/** A header that was sent once, or that node joins to one text. */
export function headerOf(request: Pick<RawRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** How often a header was sent; node itself keeps the first and drops the others of some. */
export function timesGiven({ rawHeaders }: Pick<RawRequest, 'rawHeaders'>, name: string): number {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2)
    if (rawHeaders[index]?.length === name.length && rawHeaders[index]?.toLowerCase() === name) count += 1;
  return count;
}
