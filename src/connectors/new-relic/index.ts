import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret, word } from '../kits/fields.ts';
import { openHttp } from '../kits/http/http-session.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { NotChecked, says } from '../kits/problems.ts';

const METRICS = { US: 'https://metric-api.newrelic.com', EU: 'https://metric-api.eu.newrelic.com' } as const;
const INSIGHTS = { US: 'https://insights-api.newrelic.com', EU: 'https://insights-api.eu.newrelic.com' } as const;

const insightsKey = (use: string) => ({ title: `${use} token`, description: `Insights key that may ${use.toLowerCase()}.` });

/** https://docs.newrelic.com/docs/data-apis/ingest-apis/metric-api/report-metrics-metric-api */
export default defineHttpConnector({
  kind: 'new-relic',
  title: 'New Relic',
  category: 'other',
  fields: {
    accountId: setting(word(/^([0-9a-f]{40}|\d{1,20})$/, 'must be the id of an account'), {
      identity: true,
      title: 'Account id',
      description: 'Id of the account: its number, or the 40 hexadecimal digits that MongoDB Atlas takes.',
    }),
    licenseKey: secret(headerSecret(), { title: 'License key', description: 'License key, with which metrics are sent.' }),
    readToken: secret(headerSecret(), insightsKey('Read')),
    writeToken: secret(headerSecret(), insightsKey('Write')),
    region: setting(z.enum(['US', 'EU']).default('US'), { title: 'Region', description: 'Region of the account, US unless given.' }),
    apiUrl: vendorUrl('https://metric-api.newrelic.com and https://insights-api.newrelic.com'),
  },
  speaks: 'the Metric API and the Insights query API',
  leastPrivileges: ['Make an ingest license key, an Insights query key and an Insights insert key of their own for this use.'],
  tested: { against: 'fake', what: 'a fake of these APIs', client: 'newrelic-telemetry-sdk' },
  baseUrl: ({ region, apiUrl }) => apiUrl ?? METRICS[region],
  auth: ({ licenseKey }) => ({ header: { 'api-key': licenseKey } }),
  // An empty body holds no metric: the key is looked at, and nothing is stored.
  probe: { path: '/metric/v1', method: 'POST', body: '', answer: z.unknown() },
  checks: {
    validate_read_token: {
      description: 'Queries a constant with the read token, where the account id is a number. No call checks the write token.',
      async run(_, { egress, credentials: { accountId, readToken, region, apiUrl } }) {
        if (!/^\d+$/.test(accountId))
          throw new NotChecked('the account id is no number', 'Queries need the number of the account.', 'Check the read token by hand.');
        const session = openHttp(egress, apiUrl ?? INSIGHTS[region], async () => ({ 'x-query-key': readToken }));
        await session.ask(`/v1/accounts/${accountId}/query?nrql=SELECT%201`, z.looseObject({}));
        return {};
      },
    },
  },
  refusals: {
    403: says(
      'CREDENTIALS_REJECTED',
      'New Relic refused the key. It says the same of a good key of another region.',
      'Check licenseKey and region.',
    ),
  },
  describes: { validate_connection: 'Sends no metrics with the license key, which stores nothing.' },
});
