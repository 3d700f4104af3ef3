import { authTypesOf } from '../../domain/matillion/platform-types.ts';
import { findMatillion, type MatillionConnection } from '../../operations/matillion/find-connections.ts';
import { updateMatillion } from '../../operations/matillion/write-connection.ts';
import { expectedVersionOf } from '../kit/http/etag.ts';
import { readAs } from '../kit/http/read-as.ts';
import type { Call } from '../kit/route.ts';
import { readProperties } from './connection-details.ts';
import * as shapes from './shapes.ts';
import { refuse } from './violation.ts';

const NOT_UPDATED = 'The connection was not updated.';

/** What a connection is made with and keeps. A client that sends back what it read sends it, too. */
const READ_ONLY = ['name', 'authProvider', 'projectId'] as const;

/**
 * PUT, which never creates. Details that are given replace those in use whole; without them the way to authenticate alone is changed. What is
 * checked, and in which order, is what callers of the original see.
 */
export async function replaceConnection(call: Call, name: string): Promise<MatillionConnection> {
  const { services, actor } = call;
  const body = call.body.object();
  const { authType, platformConnectionType, connectionDetails } = readAs(shapes.putConnection, body, 'body');
  const connection = await findMatillion(services, actor, name);
  const { type, settings } = connection;
  if (platformConnectionType !== type)
    refuse([{ path: 'platformConnectionType', message: `must be ${type} for this connection` }], NOT_UPDATED);
  const allowed = authTypesOf(type, settings.authProvider);
  if (!allowed.includes(authType))
    refuse([{ path: 'authType', message: `must be one of ${allowed.join(', ')} for this connection` }], NOT_UPDATED);
  refuse(changedReadOnly(connection, body), NOT_UPDATED);
  const isReplaced = connectionDetails !== undefined && connectionDetails !== null;
  const given = isReplaced ? connectionDetails.connectionProperties : settings.connectionProperties;
  const { properties, violations } = readProperties(given, { type, authType, at: 'connectionDetails' });
  refuse(violations, NOT_UPDATED);
  const { description = null, secretsLocation = null } = connectionDetails ?? {};
  return await updateMatillion(services, actor, connection, {
    changes: { authType, ...(isReplaced ? { description, secretsLocation, connectionProperties: properties } : {}) },
    expectedVersion: expectedVersionOf(call.header('if-match')),
  });
}

function changedReadOnly({ name, settings, described }: MatillionConnection, body: Readonly<Record<string, unknown>>) {
  const stored = { name, authProvider: settings.authProvider, projectId: described.connection.projectId };
  return READ_ONLY.filter((member) => body[member] !== undefined && body[member] !== stored[member]).map((member) => ({
    path: member,
    message: 'cannot be changed here',
  }));
}
