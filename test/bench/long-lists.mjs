// What the lead API's clients ask for over 1,000 connections in 100 integrations, beside a bare node:http server that runs the same SQL behind
// the same authentication: `getUser` as the montecarlodata command sends it before each of its commands, and `getPlatformServices`.
import { SERVICES } from './listing.mjs';
import { compareServers } from './setup/compare-servers.mjs';

const CONTAINER = `uuid name connections { uuid type createdOn jobTypes isActive disabledOn connectionIdentifiers { key value } }
  dataCollector { uuid customerAwsRegion }`;
const ACCOUNT = `query getUser { getUser { firstName lastName account { uuid activeCollectionRegions
  warehouses { ${CONTAINER} connectionType isDeleted } bi { ${CONTAINER} } etlContainers { ${CONTAINER} }
  tableauAccounts { uuid dataCollector { uuid customerAwsRegion } }
  dataCollectors { uuid stackArn active customerAwsAccountId templateProvider templateVariant templateVersion codeVersion lastUpdated
    agents { uuid agentType platform storageType endpoint createdTime isDeleted imageVersion lastUpdatedTime } } } } }`;
const LISTS = { account: ACCOUNT, services: SERVICES };

export async function measureLongLists({ rounds, say }) {
  const rows = [];
  const ratios = {};
  for (const [name, query] of Object.entries(LISTS)) {
    const servers = await compareServers({
      name,
      query,
      kinds: ['bare', 'changeover'],
      store: { integrations: 100, connections: 1000 },
      connections: 4,
      requests: 50,
      rounds,
      say,
    });
    rows.push(...servers.map((server) => ({ ...server, name: `${LISTED[name]}, ${server.name}` })));
    ratios[`work of the bare server for the same CPU, ${LISTED[name]}`] = servers.find((server) => server.name === 'changeover').ofBare;
  }
  return { rows, ratios };
}

const LISTED = { account: 'getUser', services: 'getPlatformServices' };
