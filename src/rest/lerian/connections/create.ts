import { createNamed } from '../../../operations/connections/create-named.ts';
import type { Call, Route, RouteAnswer } from '../../kit/route.ts';
import { withVendorNames } from '../core-faults.ts';
import { type Given, metadataOf, readGiven } from '../rules/given.ts';
import { ignoredHeader } from '../rules/members.ts';
import { requireProductName } from '../rules/product-name.ts';
import { KINDS, TYPES } from '../rules/types.ts';
import { requireMembers, requireNew, requireValues } from '../rules/values.ts';
import * as shapes from '../shapes/answers.ts';
import * as requests from '../shapes/requests.ts';
import { newDetails } from './details-of.ts';
import { answerWith, findConnection } from './find.ts';
import { FACET, type LerianFacet } from './wire-connection.ts';

export const create: Route = {
  method: 'POST',
  url: '/v1/management/connections',
  operation: 'createConnection',
  summary: 'Makes a connection; nothing is dialled for it',
  right: 'create',
  shapes: { headers: requests.productHeader, body: requests.newConnection, answers: { 201: shapes.connection } },
  run: (call) => withVendorNames('camel', () => createOne(call)),
};

async function createOne(call: Call): Promise<RouteAnswer> {
  const { services, actor, body } = call;
  const productName = requireProductName(call.header('x-product-name'));
  const { given, ignored } = readGiven(body.object());
  requireMembers(given);
  requireValues(given, services.screenHost, null);
  const type = requireNew(given);
  const { connectionId } = await createNamed(services, actor, {
    kind: TYPES[type],
    details: newDetails(given, type),
    facets: { [FACET]: facetOf(given, productName) },
    name: given.configName ?? '',
    namespace: FACET,
    amongKinds: KINDS,
    // The vendor never dials out when a connection is saved, and never changes one under a running job.
    policy: { commitPolicy: 'ADVISORY', inFlight: 'REFUSE' },
  });
  return answerWith(await findConnection(call, connectionId), { status: 201, headers: ignoredHeader(ignored) });
}

function facetOf(given: Given, productName: string): LerianFacet {
  const { schema, ssl } = given;
  const metadata = metadataOf(given);
  return {
    productName,
    ...(schema === null ? {} : { schema }),
    ...(metadata === null ? {} : { metadata }),
    ...(ssl?.mode == null ? {} : { sslMode: ssl.mode }),
  };
}
