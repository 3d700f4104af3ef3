import { describeEveryOperation } from '../../contracts/every-operation.ts';
import { createTestDatabase } from '../../support/test-database.ts';

await describeEveryOperation('PostgreSQL', await createTestDatabase());
