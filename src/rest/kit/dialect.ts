import type { FastifyInstance } from 'fastify';
import type { z } from 'zod';
import type { RenderError } from '../../http/error-answer.ts';
import { MAX_BYTES } from '../../http/json.ts';
import { ReceivedBody } from './http/received-body.ts';
import type { RestGateway } from './rest-gateway.ts';

/** A way in over REST, in our own wire format or in that of another product. */
export interface Dialect {
  /** Of its folder, its OpenAPI document and its rows in the store. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Whatever is asked for at these paths, or below them, is the dialect's, and every failure there is told in its form. */
  readonly prefixes: readonly string[];
  readonly renderError: RenderError;
  /** What every failure that its routes tell looks like. */
  readonly errorShape: z.ZodType;
  /** The media type that failures are told in; JSON unless it says otherwise. */
  readonly errorType?: string;
  /** How clients authenticate, in OpenAPI's words. */
  readonly securitySchemes: Readonly<Record<string, object>>;
  /** Hooks and routes. They are its own: nothing of them reaches another dialect. */
  routes(app: FastifyInstance, gateway: RestGateway): void;
}

/** Registers the routes of a dialect, below hooks that hold for everything that is served. */
export async function serveDialect(app: FastifyInstance, dialect: Dialect, gateway: RestGateway): Promise<void> {
  await app.register(async (scope) => {
    // A body of any type, or of none: which types are read, and in which order what is checked, is the dialect's to say.
    scope.addHook('onRoute', (route) => {
      route.config = { bodyType: 'any', ...route.config };
    });
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: MAX_BYTES.json }, (_request, body: Buffer, done) => {
      done(null, new ReceivedBody(body));
    });
    // Shapes are for the OpenAPI document. What a request says is parsed by its route, where its turn comes.
    scope.setValidatorCompiler(() => () => true);
    scope.setSerializerCompiler(() => (value) => (typeof value === 'string' ? value : JSON.stringify(value)));
    dialect.routes(scope, gateway);
  });
}

/** The dialect whose paths this address is below; null for an address of ours. */
export function dialectAt(dialects: readonly Dialect[], url: string): Dialect | null {
  const [path = ''] = url.split('?', 1);
  return dialects.find(({ prefixes }) => prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`))) ?? null;
}
