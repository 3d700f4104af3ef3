import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../../../build/app.js';
import { readConfig } from '../../../build/config.js';
import { localActor } from '../../../build/operations/access/prepare-instance.js';
import { stageCreation } from '../../../build/operations/changes/stage-creation.js';
import { stageUpdate } from '../../../build/operations/changes/stage-update.js';
import { commitChange } from '../../../build/operations/commits/commit-change.js';
import { addConnection } from '../../../build/operations/connections/add-connection.js';
import { acquireLease } from '../../../build/operations/leases/acquire-lease.js';
import { releaseLease } from '../../../build/operations/leases/release-lease.js';
import { validateChange } from '../../../build/operations/validations/validate-change.js';
import { writeMasterKey } from './master-key.mjs';

/** A validator that does nothing: what is measured is the protocol and its store. */
const runner = { run: async () => ({ status: 'passed', errors: [], warnings: [], data: null }), close: async () => {} };

/** A gateway without a listener, on SQLite in `folder` or on the given PostgreSQL, with its operations bound to an owner of everything. */
export async function openGateway(folder, databaseUrl = '') {
  mkdirSync(folder, { recursive: true });
  const app = await createApp(
    readConfig({
      CHANGEOVER_DATA_DIR: folder,
      CHANGEOVER_LOG_LEVEL: 'silent',
      ...(databaseUrl === ''
        ? {}
        : { CHANGEOVER_DATABASE_URL: databaseUrl, CHANGEOVER_MASTER_KEY_FILE: writeMasterKey(join(folder, 'key')) }),
    }),
  );
  const stopJobs = app.startJobs();
  const services = { ...app.services, runner };
  const actor = localActor(app.projectId, 'bench', { id: 'bench', ip: null, client: {} });
  const job = { ...actor, permissions: new Set(['lease']) };
  const integrations = new Map();
  return {
    services,
    actor,
    createOwner: () => app.createFirstOwner(),
    async addConnection(index, name = 'Warehouse') {
      const details = { host: `db-${index}.example.com`, database: 'orders', user: 'loader', password: `password ${index}` };
      const { key } = await stageCreation(services, actor, { kind: 'postgres', details });
      const integration = integrations.has(name) ? { id: integrations.get(name) } : { name };
      const { connectionId } = await addConnection(services, actor, { key, kind: 'postgres', integration, name: `connection ${index}` });
      if (!integrations.has(name)) {
        const connection = await services.store.read.connections.find({ projectId: app.projectId, integrationIds: null }, connectionId);
        integrations.set(name, connection.integrationId);
      }
      return connectionId;
    },
    async change(connectionId, password) {
      const { key } = await stageUpdate(services, actor, { connectionId, changes: { password } });
      await validateChange(services, actor, { key, validator: 'validate_connection' });
      return await commitChange(services, actor, { key, connectionId });
    },
    async holdLease(connectionId) {
      const { key } = await acquireLease(services, job, { connectionId, job: 'bench' });
      await releaseLease(services, job, key);
    },
    async close() {
      await stopJobs();
      await app.close();
    },
  };
}
