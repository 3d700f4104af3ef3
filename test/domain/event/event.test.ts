import { describe, expect, test } from 'vitest';
import { isVisible, type PublishedEvent, visibleData, wantedTypes } from '../../../src/domain/event/event.ts';
import { permissionsOf, type Role } from '../../../src/domain/token/roles.ts';

const event: PublishedEvent = {
  id: 'e',
  projectId: 'p',
  type: 'connection.update',
  entityId: 'c',
  data: {},
  createdAt: 1,
  publishedAt: 1,
  integrationId: 'i',
};
const actorOf = (role: Role, integrationIds: readonly string[] | null = null) => ({ permissions: permissionsOf([role]), integrationIds });

describe('who is told of which events', () => {
  test('readers are told of connections and integrations, owners of the whole project of all', () => {
    const wanted = (role: Role, integrationIds: readonly string[] | null = null) => {
      const types = wantedTypes(actorOf(role, integrationIds), null);
      return { update: types.has('connection.update'), rename: types.has('integration.rename'), token: types.has('token.create') };
    };
    expect({ viewer: wanted('viewer'), owner: wanted('owner'), limited: wanted('owner', ['i']) }).toEqual({
      viewer: { update: true, rename: true, token: false },
      owner: { update: true, rename: true, token: true },
      limited: { update: true, rename: true, token: false },
    });
  });

  test('a token that is limited to integrations is told of these and their connections alone', () => {
    const told = (given: Partial<PublishedEvent>) => {
      const one = { ...event, ...given };
      return isVisible(one, { integrationIds: ['i'] }, new Set([one.type]), null);
    };
    expect({
      own: told({}),
      other: told({ integrationId: 'j' }),
      none: told({ integrationId: null }),
      integration: told({ type: 'integration.rename', entityId: 'i', integrationId: null }),
      otherIntegration: told({ type: 'integration.rename', entityId: 'j', integrationId: null }),
    }).toEqual({ own: true, other: false, none: false, integration: true, otherIntegration: false });
  });

  test('only what was asked for is told: by type, and by connection', () => {
    const told = (types: readonly string[], connectionId: string | null) =>
      isVisible(event, { integrationIds: null }, new Set(types), connectionId);
    expect({
      all: told(['connection.update'], null),
      type: told(['lease.acquire'], null),
      connection: told(['connection.update'], 'd'),
    }).toEqual({
      all: true,
      type: false,
      connection: false,
    });
  });
});

test('reasons, losses and keyed hashes stay in the audit', () => {
  const data = { version: 2, changedFields: ['host'], reason: 'an outage', lost: ['SELECT on sales'], rowMac: 'ab', reference: {} };
  expect(visibleData({ data })).toEqual({ version: 2, changedFields: ['host'] });
});
