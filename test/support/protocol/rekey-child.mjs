// Takes one step of a rotation of the master key, and dies as if the power were cut.
import { createApp } from '../../../build/app.js';
import { readConfig } from '../../../build/config.js';
import { localActor } from '../../../build/operations/access/prepare-instance.js';
import { rotateMasterKey } from '../../../build/operations/keys/rotate-master-key.js';

const app = await createApp(readConfig());
const actor = localActor(app.projectId, 'test', { id: 'rekey', ip: null, client: {} });
const { state } = await rotateMasterKey(app.services, actor, process.argv[2]);
process.stdout.write(state, () => process.kill(process.pid, 'SIGKILL'));
