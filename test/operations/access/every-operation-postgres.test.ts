import { describeEveryOperation } from '../../contracts/every-operation.ts';
import { createTestDatabase } from '../../support/store/test-database.ts';

await describeEveryOperation('PostgreSQL', await createTestDatabase(), 5);
