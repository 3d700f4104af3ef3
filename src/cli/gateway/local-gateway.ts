import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { StartupError } from '../../domain/errors/startup-error.ts';
import { objectOf } from '../object-of.ts';
import { type Gateway, readAnswer } from './transport.ts';

/** Opens the store in this process, as no gateway is running on it: the same operations, without a listener. */
export async function openLocalGateway(config: Config, { makesStore }: { readonly makesStore: boolean }): Promise<Gateway> {
  const isNew = config.databaseUrl === null && !existsSync(join(config.dataDir, 'changeover.db'));
  // A command in the wrong folder would else answer from an empty store without a word.
  if (isNew && !makesStore)
    throw new StartupError(
      `there is no store in ${config.dataDir}, and no gateway runs on it. Go to the folder of the gateway, set CHANGEOVER_DATA_DIR or CHANGEOVER_URL, or make a new one: changeover serve`,
    );
  // Loaded when it is needed: a command that talks to a running gateway starts in a fraction of the time.
  const [{ createApp }, { OperationRequest }, { localActor }, { sealAudit }] = await Promise.all([
    import('../../app.ts'),
    import('../../graphql/operation-request.ts'),
    import('../../operations/access/prepare-instance.ts'),
    import('../../operations/audit/seal-audit.ts'),
  ]);
  const app = await createApp({ ...config, logLevel: config.logLevel === 'info' ? 'error' : config.logLevel }, { makesStore });
  if (isNew) process.stderr.write(`changeover: made a new store in ${config.dataDir}, since there was none.\n`);
  return {
    async run(query, ...[variables]) {
      const actor = localActor(app.projectId, 'cli', { id: randomUUID(), ip: null, client: {} });
      const request = new OperationRequest({ services: app.services, actor, params: { query, variables: { ...objectOf(variables) } } });
      return readAnswer(await app.graphql.run(request));
    },
    async close() {
      await sealAudit(app.services);
      await app.watchAudit();
      await app.close();
    },
  };
}
