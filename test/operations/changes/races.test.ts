import { describeRaces } from '../../contracts/races.ts';
import { ENGINES } from '../../support/store/engines.ts';

for (const { engine, databaseUrl } of ENGINES) describeRaces(engine, databaseUrl);
