import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret } from '../kits/fields.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { says } from '../kits/problems.ts';

const HOSTS = { US: 'https://events.pagerduty.com', EU: 'https://events.eu.pagerduty.com' } as const;

/** The Events API: https://developer.pagerduty.com/docs/send-alert-event */
export default defineHttpConnector({
  kind: 'pager-duty',
  title: 'PagerDuty',
  category: 'notification',
  fields: {
    serviceKey: secret(headerSecret(), { title: 'Service key', description: 'Integration key of a service, of 32 characters.' }),
    region: setting(z.enum(['US', 'EU']).default('US'), {
      identity: true,
      title: 'Region',
      description: 'Service region, US unless given.',
    }),
    apiUrl: vendorUrl('https://events.pagerduty.com'),
  },
  speaks: 'the Events API, version 2',
  leastPrivileges: ['Add an integration of the type Events API v2 to the service; its key can only send events to that service.'],
  tested: { against: 'fake', what: 'a fake of that API', client: '@pagerduty/pdjs' },
  baseUrl: ({ region, apiUrl }) => apiUrl ?? HOSTS[region],
  async probe(session, { credentials: { serviceKey } }) {
    // Resolving what nobody triggered is dropped: the key is looked at, and nobody is alerted. Never ask with another action.
    const body = { routing_key: serviceKey, event_action: 'resolve', dedup_key: `changeover-${randomUUID()}` };
    await session.ask({ path: '/v2/enqueue', method: 'POST', body }, z.object({ status: z.literal('success') }));
    return {};
  },
  refusals: {
    400: says(
      'CREDENTIALS_REJECTED',
      'PagerDuty does not know the key. It says the same of a key of the other region.',
      'Check serviceKey, and that region is the one of the account.',
    ),
    403: says('CREDENTIALS_REJECTED', 'PagerDuty refused the key.', 'Check serviceKey, and that its service is not disabled.'),
  },
  describes: { validate_connection: 'Resolves an incident that never was, which alerts nobody.' },
});
