import { describeEveryOperation } from '../../contracts/every-operation.ts';

await describeEveryOperation('SQLite', null);
