import { describeProtocol } from '../../contracts/protocol.ts';
import { ENGINES } from '../../support/store/engines.ts';

for (const { engine, databaseUrl } of ENGINES) describeProtocol(engine, databaseUrl);
