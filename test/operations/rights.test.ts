import { afterAll } from 'vitest';
import { describeAudited } from '../contracts/audited.ts';
import { describeLeases } from '../contracts/leases.ts';
import { describeLimitedTokens } from '../contracts/limited-tokens.ts';
import { describeSessions } from '../contracts/sessions.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

for (const describeIt of [describeLeases, describeLimitedTokens, describeAudited, describeSessions]) {
  describeIt('SQLite', async () => null);
  describeIt('PostgreSQL', () => server.createDatabase(describeIt.name.toLowerCase()));
}
