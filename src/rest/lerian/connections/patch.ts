import { againWhenOvertaken } from '../../../operations/commits/again-when-overtaken.ts';
import { requireNotHeld } from '../../../operations/commits/require-not-held.ts';
import { updateUnlessHeld } from '../../../operations/commits/update-unless-held.ts';
import { expectedVersionOf } from '../../kit/http/etag.ts';
import { type Call, PRIORITIES, type Route, type RouteAnswer } from '../../kit/route.ts';
import { withVendorNames } from '../core-faults.ts';
import { type Given, metadataOf, readGiven } from '../rules/given.ts';
import { ignoredHeader } from '../rules/members.ts';
import { isType, KINDS, type Type } from '../rules/types.ts';
import { requireValues } from '../rules/values.ts';
import { requireWhole } from '../rules/whole.ts';
import * as shapes from '../shapes/answers.ts';
import * as requests from '../shapes/requests.ts';
import { changesOf } from './details-of.ts';
import { answerWith, findConnection, readId } from './find.ts';
import { FACET, type LerianConnection, type LerianFacet } from './wire-connection.ts';

export const patch: Route = {
  method: 'PATCH',
  url: '/v1/management/connections/:id',
  operation: 'updateConnection',
  summary: 'Changes what is sent, unless a running job uses the connection',
  priority: PRIORITIES.commits,
  right: 'commit',
  shapes: { params: requests.byId, headers: requests.ifMatch, body: requests.connectionPatch, answers: { 200: shapes.connection } },
  run: (call) => withVendorNames('snake', () => patchOne(call)),
};

/** The vendor's server checks in this order; clients can tell, since some of these hide others. */
async function patchOne(call: Call): Promise<RouteAnswer> {
  const { services, body } = call;
  const id = readId(call.params);
  const { given, ignored } = readGiven(body.object());
  requireValues(given, services.screenHost, null);
  const expected = expectedVersionOf(call.header('if-match'));
  const look = async () => update(call, await findConnection(call, id), given, expected);
  // Whoever names a version wants no other one changed.
  await (expected === undefined ? againWhenOvertaken(look) : look());
  return answerWith(await findConnection(call, id), { headers: ignoredHeader(ignored) });
}

async function update({ services, actor }: Call, stored: LerianConnection, given: Given, expected: number | undefined): Promise<void> {
  const { described, facet } = stored;
  const { id: connectionId } = described.connection;
  // A patch that would fail below gets the answer of a connection in use while it is in use.
  await requireNotHeld(services, actor, connectionId);
  const type = isType(given.type) ? given.type : stored.type;
  const { kind, changes, ssl } = changesOf(given, stored, type);
  requireWhole(wholeOf(stored, given, { type, ssl }));
  const name = given.configName ?? undefined;
  await updateUnlessHeld(services, actor, {
    connectionId,
    kind,
    changes,
    mergesGroups: true,
    facets: { [FACET]: facetAfter(facet, given, ssl?.mode) },
    expectedVersion: expected ?? described.current.version,
    ...(name === undefined || name === stored.configName ? {} : { rename: { name, namespace: FACET, amongKinds: KINDS } }),
  });
}

function wholeOf(
  stored: LerianConnection,
  given: Given,
  { type, ssl }: { readonly type: Type; readonly ssl: Parameters<typeof requireWhole>[0]['ssl'] },
): Parameters<typeof requireWhole>[0] {
  return {
    productName: stored.facet.productName ?? '',
    configName: given.configName ?? stored.configName,
    type,
    host: given.host ?? stored.host,
    port: given.port ?? stored.port,
    databaseName: given.databaseName ?? stored.databaseName,
    userName: given.userName ?? stored.userName,
    ssl,
  };
}

function facetAfter(before: LerianFacet, given: Given, sslMode: string | undefined): LerianFacet {
  const metadata = metadataOf(given);
  return {
    ...before,
    ...(given.schema === null ? {} : { schema: given.schema }),
    ...(metadata === null ? {} : { metadata }),
    ...(sslMode === undefined ? {} : { sslMode }),
  };
}
