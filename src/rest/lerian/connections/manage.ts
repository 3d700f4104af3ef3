import type { ValidationCode, ValidationResult } from '../../../domain/connector/validation.ts';
import { DomainError } from '../../../domain/errors/errors.ts';
import { SiteUnreachable } from '../../../domain/site/site-choice.ts';
import { againWhenOvertaken } from '../../../operations/commits/again-when-overtaken.ts';
import { updateFacets } from '../../../operations/commits/update-facets.ts';
import { removeNamed } from '../../../operations/connections/remove-named.ts';
import { countTest } from '../../../operations/validations/limit-tests.ts';
import { testConnection } from '../../../operations/validations/test-connection.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../../kit/route.ts';
import { fault } from '../faults.ts';
import { requireProductName } from '../rules/product-name.ts';
import * as shapes from '../shapes/answers.ts';
import * as requests from '../shapes/requests.ts';
import { answerWith, findConnection, readId } from './find.ts';
import { FACET } from './wire-connection.ts';

const ONE = '/v1/management/connections/:id';

export const remove: Route = {
  method: 'DELETE',
  url: ONE,
  operation: 'deleteConnection',
  summary: 'Removes a connection, unless a running job uses it',
  right: 'delete',
  shapes: { params: requests.byId, answers: { 204: null } },
  async run(call) {
    const { id } = (await findConnection(call, readId(call.params))).described.connection;
    await removeNamed(call.services, call.actor, { connectionId: id, namespace: FACET });
    return { status: 204 };
  },
};

export const assign: Route = {
  method: 'POST',
  url: `${ONE}/assign`,
  operation: 'assignConnection',
  summary: 'Gives a connection its product, once',
  priority: PRIORITIES.commits,
  right: 'commit',
  shapes: { params: requests.byId, headers: requests.productHeader, answers: { 200: shapes.connection } },
  async run(call) {
    const id = readId(call.params);
    const productName = requireProductName(call.header('x-product-name'));
    await assignOne(call, id, productName);
    return answerWith(await findConnection(call, id));
  },
};

/** Of two that assign it at once the second finds it assigned: it looks again at what the first has made. */
async function assignOne(call: Call, id: string, productName: string): Promise<void> {
  await againWhenOvertaken(async () => {
    const { facet, described } = await findConnection(call, id);
    if (facet.productName !== undefined) throw fault('FET-1015', 'The connection belongs to a product already.');
    await updateFacets(call.services, call.actor, {
      connectionId: id,
      facets: { [FACET]: { ...facet, productName } },
      expectedVersion: described.current.version,
    });
  });
}

/** In what words a failed test is told: its category, and nothing of what the other side said. */
const CATEGORIES: Readonly<Partial<Record<ValidationCode, string>>> = {
  HOST_UNRESOLVED: 'dns: the host name has no address',
  PORT_CLOSED: 'refused: nothing answers on that port',
  UNREACHABLE: 'unreachable: the host did not answer',
  EGRESS_DENIED: 'denied: the address may not be connected to from here',
  TLS_UNTRUSTED: 'tls: the certificate of the server is not trusted',
  TLS_REQUIRED: 'tls: the login would cross the network unprotected, or the server wants TLS',
  TLS_UNAVAILABLE: 'tls: the server does not offer it',
  CREDENTIALS_REJECTED: 'auth: the login was refused',
  ACCESS_DENIED: 'auth: the login may not come in',
  DATABASE_NOT_FOUND: 'database: there is none of that name',
  TIMEOUT: 'timeout: the test did not end in time',
  DRIVER_NOT_INSTALLED: 'driver: the driver for this type is not installed',
};

/** At most ten in a minute of one connection. */
export const test: Route = {
  method: 'POST',
  url: `${ONE}/test`,
  operation: 'testConnection',
  summary: 'Opens and closes a connection',
  priority: PRIORITIES.validates,
  right: 'validate',
  shapes: { params: requests.byId, answers: { 200: shapes.tested } },
  async run(call) {
    const { id } = (await findConnection(call, readId(call.params))).described.connection;
    try {
      await countTest(call.services, id);
      return await testOne(call, id);
    } catch (error) {
      throw error instanceof DomainError && error.code === 'RATE_LIMITED' ? withNumber(error, 429) : error;
    }
  },
};

async function testOne(call: Call, connectionId: string): Promise<RouteAnswer> {
  const started = performance.now();
  const result = await resultOf(call, connectionId);
  const [problem] = result?.errors ?? [];
  if (result === undefined || problem !== undefined) throw testFailed(problem === undefined ? undefined : CATEGORIES[problem.code]);
  return { body: { status: 'success', message: 'The connection works.', latencyMs: Math.round(performance.now() - started) } };
}

async function resultOf({ services, actor, signal }: Call, connectionId: string): Promise<ValidationResult | undefined> {
  try {
    return (await testConnection(services, actor, { connectionId, validator: 'validate_connection', signal }))[0];
  } catch (error) {
    throw error instanceof SiteUnreachable ? testFailed('unreachable: its site is one of workers, and none is connected') : error;
  }
}

function testFailed(words = 'the server did not accept the connection'): DomainError {
  return new DomainError('VALIDATION_FAILED', `The connection test failed: ${words}.`, {
    numeric: true,
    status: 500,
    title: 'Connection Test Failed',
  });
}

/** A test tells its status as a number. */
function withNumber({ code, message, details }: DomainError, status: number): DomainError {
  return new DomainError(code, message, { ...details, numeric: true, status });
}
