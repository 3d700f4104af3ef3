import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { headerSecret } from '../kits/fields.ts';
import { vendorUrl } from '../kits/http/vendor-url.ts';
import { says } from '../kits/problems.ts';

/** Regions by the names that MongoDB Atlas gives them, each with its site. */
const SITES = {
  US: 'datadoghq.com',
  EU: 'datadoghq.eu',
  US3: 'us3.datadoghq.com',
  US5: 'us5.datadoghq.com',
  AP1: 'ap1.datadoghq.com',
  AP2: 'ap2.datadoghq.com',
  UK1: 'uk1.datadoghq.com',
  US1_FED: 'ddog-gov.com',
  US2_FED: 'us2.ddog-gov.com',
} as const;

type Region = keyof typeof SITES;

const sends = (what: string) =>
  setting(z.boolean().optional(), { title: `Send ${what}`, description: `Whether the job sends ${what} as well.` });

/** https://docs.datadoghq.com/api/latest/authentication/#validate-api-key */
export default defineHttpConnector({
  kind: 'datadog',
  title: 'Datadog',
  category: 'other',
  fields: {
    apiKey: secret(headerSecret(), { title: 'API key', description: 'API key of the organisation, of 32 hexadecimal digits.' }),
    region: setting(z.enum(Object.keys(SITES) as [Region, ...Region[]]).default('US'), {
      identity: true,
      title: 'Region',
      description: 'Region whose site is sent to, US unless given.',
    }),
    sendCollectionLatencyMetrics: sends('metrics of latencies of collections'),
    sendDatabaseMetrics: sends('metrics of databases'),
    sendQueryStatsMetrics: sends('statistics of queries'),
    sendShardingMetrics: sends('metrics of sharding'),
    sendUserProvidedResourceTags: sends('the tags of clusters and projects'),
    apiUrl: vendorUrl("the region's site"),
  },
  speaks: 'the API, version 1',
  leastPrivileges: ['Make an API key of its own for this use: keys can send, and read nothing.'],
  tested: { against: 'fake', what: 'a fake of that API', client: '@datadog/datadog-api-client' },
  baseUrl: ({ region, apiUrl }) => apiUrl ?? `https://api.${SITES[region]}`,
  auth: ({ apiKey }) => ({ header: { 'dd-api-key': apiKey } }),
  probe: { path: '/api/v1/validate', answer: z.object({ valid: z.literal(true) }) },
  refusals: {
    403: says(
      'CREDENTIALS_REJECTED',
      'Datadog refused the key. It says the same of a good key of another region.',
      'Check apiKey, and that region is the one where the organisation is.',
    ),
  },
  describes: { validate_connection: 'Has the key validated, which sends nothing.' },
});
