import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret, word } from '../kits/fields.ts';
import { reachHost } from '../kits/http/reach-host.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { says } from '../kits/problems.ts';

const HOST = 'https://alert.victorops.com';

/** The REST endpoint of Splunk On-Call, which was VictorOps. */
export default defineHttpConnector({
  kind: 'victor-ops',
  title: 'Splunk On-Call (VictorOps)',
  called: 'Splunk On-Call',
  category: 'notification',
  fields: {
    apiKey: secret(headerSecret(), { title: 'API key', description: 'Key of the REST endpoint integration.' }),
    routingKey: setting(word(/^[^/?#]+$/, 'must be a routing key', 255).optional(), {
      identity: true,
      title: 'Routing key',
      description: 'Routing key that alerts are sent to.',
    }),
    apiUrl: vendorUrl(HOST),
  },
  speaks: 'the REST endpoint for alerts',
  leastPrivileges: ['Turn on the integration REST; its key can send alerts, and read nothing.'],
  tested: { against: 'fake', what: 'a fake of that endpoint', client: null },
  baseUrl: ({ apiUrl = HOST }) => apiUrl,
  probe: (_, { egress, credentials: { apiUrl = HOST } }) =>
    reachHost(egress, apiUrl, 'Splunk On-Call has no call that checks a key without writing to the timeline.'),
  checks: {
    validate_delivery: {
      description: 'Sends a message of type INFO, which opens no incident and stands in the timeline.',
      async run(session, { credentials: { apiKey, routingKey = 'changeover' } }) {
        const path = `/integrations/generic/20131114/alert/${encodeURIComponent(apiKey)}/${encodeURIComponent(routingKey)}`;
        const body = { message_type: 'INFO', entity_id: 'changeover', state_message: 'Changeover checks this integration.' };
        await session.ask({ path, method: 'POST', body }, z.object({ result: z.literal('success') }));
        return {};
      },
    },
  },
  refusals: {
    200: says('CREDENTIALS_REJECTED', 'Splunk On-Call did not take the message.', 'Check apiKey, and that the integration is enabled.'),
    400: says('CREDENTIALS_REJECTED', 'Splunk On-Call did not take the message.', 'Check apiKey, and that the integration is enabled.'),
    404: says('CREDENTIALS_REJECTED', 'Splunk On-Call does not know the key.', 'Check apiKey, and that the integration is enabled.'),
  },
  describes: { validate_connection: 'Reaches the host and checks its certificate: no call checks the key without a trace.' },
});
