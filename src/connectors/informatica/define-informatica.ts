import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { ORIGIN } from '../../domain/connector/field-types.ts';
import type { HttpConnectorDefinition } from '../kits/define-http-connector.ts';
import { secureUrl } from '../kits/fields.ts';
import { says } from '../kits/problems.ts';
import type { IdentityCheck } from '../kits/usual-validators.ts';
import { explainInformatica, type InformaticaSession } from './sign-in.ts';

export const loginField = {
  baseUrl: setting(secureUrl().default('https://dm-us.informaticacloud.com'), {
    endpoint: ORIGIN,
    identity: true,
    title: 'Base URL',
    description: 'Login address of the pod, https://dm-us.informaticacloud.com unless given.',
  }),
};

/** What both kinds of Informatica's cloud have in common: https://docs.informatica.com, "REST API Reference". */
export const informatica = {
  category: 'etl',
  speaks: "Informatica's Platform REST API, version 2",
  leastPrivileges: ['Give the user a role that may read connections and runs, such as Monitor.'],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  /** Nobody is signed in without the secret, so there is nothing left to ask. */
  probe: async ({ who: { orgId } }: InformaticaSession) => ({ data: { returnedData: { orgId } } }),
  async permissions(session: InformaticaSession) {
    await session.ask('/api/v2/connection', z.array(z.unknown()));
    return {};
  },
  refusals: { 403: says('PERMISSION_MISSING', 'The user may not read connections.', 'Give it a role that may, such as Monitor.') },
  explain: explainInformatica,
} as const satisfies Partial<HttpConnectorDefinition<typeof loginField, InformaticaSession>>;

export const informaticaIdentity: IdentityCheck<unknown, InformaticaSession> = async ({ who }) => ({ who });
