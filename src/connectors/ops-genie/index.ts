import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret } from '../kits/fields.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { says } from '../kits/problems.ts';

const HOSTS = { US: 'https://api.opsgenie.com', EU: 'https://api.eu.opsgenie.com' } as const;

/** https://docs.opsgenie.com/docs/integration-api */
export default defineHttpConnector({
  kind: 'ops-genie',
  title: 'Opsgenie',
  category: 'notification',
  fields: {
    apiKey: secret(headerSecret(), { title: 'API key', description: 'Key of an integration of the type API.' }),
    region: setting(z.enum(['US', 'EU']).default('US'), {
      identity: true,
      title: 'Region',
      description: 'Region of the account, US unless given.',
    }),
    apiUrl: vendorUrl('https://api.opsgenie.com'),
  },
  speaks: 'the Integration API, version 2',
  leastPrivileges: ['Add an integration of the type API to one team, with the right to create and update alerts alone.'],
  tested: { against: 'fake', what: 'a fake of that API', client: null },
  baseUrl: ({ region, apiUrl }) => apiUrl ?? HOSTS[region],
  auth: ({ apiKey }) => ({ header: { authorization: `GenieKey ${apiKey}` } }),
  probe: { path: '/v2/integrations/authenticate', method: 'POST', body: { type: 'API' }, answer: z.looseObject({}) },
  refusals: {
    401: says(
      'CREDENTIALS_REJECTED',
      'Opsgenie refused the key: it is wrong, of the other region, or its integration is turned off.',
      'Check apiKey, region, and that the integration is enabled.',
    ),
    402: says('ACCESS_DENIED', 'The plan of the account does not have this.', 'Look at the plan of the account.'),
    422: says('CREDENTIALS_REJECTED', 'The key is not one of an integration of the type API.', 'Give the key of such an integration.'),
  },
  describes: { validate_connection: 'Has the key authenticated, which opens no alert.' },
});
