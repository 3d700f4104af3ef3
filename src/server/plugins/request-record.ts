import type { FastifyInstance } from 'fastify';
import type { Gateway } from '../gateway.ts';
import { startAccessLogRecord } from '../observation/access-log-record.ts';
import type { ClientAddress } from '../request/client-address.ts';
import { ReceivedRequest } from '../request/request-info.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is at the other end, behind the proxies that are trusted. */
    clientAddress: ClientAddress;
    /** The body as it came, where there was one. */
    bodyText: string;
  }
}

/** Begins the record of every request, and hands it on once the request is answered or its client is gone. */
export function requestRecord(app: FastifyInstance, { proxies, observe }: Gateway): void {
  for (const name of ['info', 'clientAddress', 'record', 'actor'] as const) app.decorateRequest(name, null as never);
  app.decorateRequest('bodyText', '');
  app.addHook('onRequest', (request, reply, done) => {
    const started = performance.now();
    const { raw } = request;
    request.clientAddress = proxies.clientAddressOf(raw);
    request.info = new ReceivedRequest(request.id, request.clientAddress.ip, raw);
    const record = startAccessLogRecord(request.id, request.method, request.is404 ? undefined : request.routeOptions.url);
    request.record = record;
    reply.header('x-request-id', request.id);
    reply.raw.once('close', () => {
      record.status = reply.raw.statusCode;
      record.ms = performance.now() - started;
      observe(record);
    });
    done();
  });
}
