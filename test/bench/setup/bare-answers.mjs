// What the bare server answers, by the name of the request: the same statements as the gateway's, and the answer written by hand.

import { identifiersOf } from '../../../build/domain/connection/details/details.js';
import { BI_CATEGORIES, ETL_CATEGORIES, WAREHOUSE_CATEGORIES } from '../../../build/domain/integration/integration-category.js';
import { reportedType, warehouseType } from '../../../build/graphql/lead/lead-names.js';

const MOST = 10_001;

export const BARE_ANSWERS = {
  async services({ store, connectors }, { projectId }) {
    const sites = await store.read.sites.all(projectId);
    const rows = await store.read.connections.listing({ projectId, integrationIds: null }, { limit: MOST, after: null });
    const getPlatformServices = sites.map((site) => ({
      name: site.name,
      uuid: site.id,
      connections: rows
        .filter(({ siteId }) => siteId === site.id)
        .map((row) => ({ name: row.name ?? row.integrationName, uuid: row.id, connectionType: reportedType(connectors.find(row.kind)) })),
    }));
    return { getPlatformServices };
  },

  async account({ store, connectors }, { name, projectId }) {
    const scope = { projectId, integrationIds: null };
    const { id: uuid } = await store.read.projects.find(projectId);
    const integrations = await store.read.integrations.all(scope, MOST);
    const ids = integrations.map(({ id }) => id);
    const connections = await store.read.connections.ofIntegrations(scope, ids, MOST);
    const sites = await store.read.sites.all(projectId);
    const versions = await store.read.versions.currentOf(
      scope,
      connections.map(({ id }) => id),
    );
    const current = new Map(versions.map((version) => [version.connectionId, version]));
    const ofIntegration = new Map(ids.map((id) => [id, []]));
    for (const row of connections) ofIntegration.get(row.integrationId).push(row);
    const connection = (row) => {
      const { kind, settings } = current.get(row.id);
      const connector = connectors.find(kind);
      return {
        uuid: row.id,
        type: reportedType(connector),
        createdOn: timeOf(row.createdAt),
        jobTypes: row.jobTypes,
        isActive: row.isActive,
        disabledOn: row.disabledAt === null ? null : timeOf(row.disabledAt),
        connectionIdentifiers: identifiersOf(connector, settings).map(({ key, value }) => ({ key, value })),
      };
    };
    const container = (row) => ({
      uuid: row.id,
      name: row.name,
      connections: ofIntegration.get(row.id).map(connection),
      dataCollector: { uuid: row.siteId, customerAwsRegion: null },
    });
    const among = (categories) => integrations.filter(({ category }) => categories.includes(category));
    return {
      getUser: {
        firstName: name,
        lastName: '',
        account: {
          uuid,
          activeCollectionRegions: [],
          warehouses: among(WAREHOUSE_CATEGORIES).map((row) => ({
            ...container(row),
            connectionType: warehouseType(row, connectors),
            isDeleted: false,
          })),
          bi: among(BI_CATEGORIES).map(container),
          etlContainers: among(ETL_CATEGORIES).map(container),
          tableauAccounts: [],
          dataCollectors: sites.map((site) => ({
            uuid: site.id,
            stackArn: null,
            active: true,
            customerAwsAccountId: null,
            templateProvider: null,
            templateVariant: null,
            templateVersion: null,
            codeVersion: null,
            lastUpdated: timeOf(site.updatedAt),
            agents: [],
          })),
        },
      },
    };
  },
};

function timeOf(milliseconds) {
  return `${new Date(milliseconds).toISOString().slice(0, -1)}+00:00`;
}
