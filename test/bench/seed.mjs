import { createApp } from '../../dist/app.js';
import { readConfig } from '../../dist/config.js';
import { addConnection } from '../../dist/operations/add-connection.js';
import { localActor } from '../../dist/operations/prepare-instance.js';
import { stageCreation } from '../../dist/operations/stage-change.js';

/** Fills a data directory with connections (disabled, so that nothing is dialled) and returns its owner token. */
export async function seed(dataDir, { integrations, connections }) {
  const app = await createApp(readConfig({ CHANGEOVER_DATA_DIR: dataDir, CHANGEOVER_LOG_LEVEL: 'silent' }));
  const created = await app.createFirstOwner();
  const actor = localActor(app.projectId, 'seed', { id: 'seed', ip: null, client: {} });
  const ids = [];
  for (let index = 0; index < connections; index += 1) {
    const { key } = await stageCreation(app.services, actor, {
      kind: 'postgres',
      details: { host: `db-${index}.example.com`, database: 'orders', user: 'loader', password: `password ${index}` },
    });
    const integration = index < integrations ? { name: `Warehouse ${index}` } : { id: ids[index % integrations] };
    const { connectionId } = await addConnection(app.services, actor, {
      key,
      kind: 'postgres',
      integration,
      name: `connection ${index}`,
      isActive: false,
    });
    if (index < integrations)
      ids.push(
        (await app.services.store.read.connections.find({ projectId: app.projectId, integrationIds: null }, connectionId)).integrationId,
      );
  }
  await app.close();
  return { id: created.token.id, secret: created.secret };
}
