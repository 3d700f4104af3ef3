// One of the servers that the bench compares, in a process of its own: `node server.mjs <kind> <data dir> <request>`. All run the same SQL behind the same
// authentication; what differs is how a request gets to it and its answer back. Tells its CPU time when asked.
import { createServer } from 'node:http';
import { createApp } from '../../../build/app.js';
import { readConfig } from '../../../build/config.js';
import { OperationRequest } from '../../../build/graphql/operation-request.js';
import { authenticate } from '../../../build/operations/access/authenticate.js';
import { BARE_ANSWERS } from './bare-answers.mjs';

const [kind, dataDir, request] = process.argv.slice(2);
const app = await createApp(
  readConfig({ CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'silent', CHANGEOVER_TOKEN_REQUESTS_PER_SECOND: '1000000' }),
);
const { services } = app;
const actorOf = (headers) =>
  authenticate(services, { secret: headers['x-mcd-token'], id: headers['x-mcd-id'] }, { id: 'bench', ip: null, client: {} });

const contextOf = (actor) => new OperationRequest({ services, actor, params: { query: '', variables: {} } }).resolverContext();

const servers = {
  changeover: async () => app.createServer(),
  async bare() {
    return createServer((incoming, response) => {
      const chunks = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('end', async () => {
        JSON.parse(Buffer.concat(chunks).toString('utf8'));
        const actor = await actorOf(incoming.headers);
        const body = JSON.stringify({ data: await BARE_ANSWERS[request](services, actor) });
        response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': Buffer.byteLength(body) }).end(body);
      });
    });
  },
  async mercurius() {
    const { default: fastify } = await import('fastify');
    const { default: mercurius } = await import('mercurius');
    const gateway = fastify();
    await gateway.register(mercurius, {
      schema: app.schema,
      jit: 1,
      context: async (request) => contextOf(await actorOf(request.headers)),
    });
    await gateway.ready();
    return gateway.server;
  },
  async yoga() {
    const { createYoga } = await import('graphql-yoga');
    return createServer(
      createYoga({
        schema: app.schema,
        logging: false,
        landingPage: false,
        graphiql: false,
        // Yoga copies what it is given into a context of its own, without what a class makes on first use.
        context: async ({ req }) => {
          const context = contextOf(await actorOf(req.headers));
          return { ...context, loaders: context.loaders, signal: context.signal };
        },
      }),
    );
  },
};

const server = await servers[kind]();
server.maxRequestsPerSocket = 0;
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('message', (message) => {
  if (message === 'usage') process.send({ cpu: process.cpuUsage(), rss: process.memoryUsage().rss });
  else process.exit(0);
});
