import { afterAll } from 'vitest';
import { describeDestinations } from '../contracts/destinations.ts';
import { describeIntegrity } from '../contracts/integrity.ts';
import { describeProof } from '../contracts/proof.ts';
import { describeProtocol } from '../contracts/protocol.ts';
import { describeRaces } from '../contracts/races.ts';
import { describeReferences } from '../contracts/references.ts';
import { describeVersions } from '../contracts/versions.ts';
import { startPostgres } from '../support/embedded-postgres.ts';

const server = await startPostgres();
afterAll(() => server.close());

for (const describeIt of [
  describeProtocol,
  describeProof,
  describeVersions,
  describeRaces,
  describeReferences,
  describeDestinations,
  describeIntegrity,
]) {
  describeIt('SQLite', async () => null);
  describeIt('PostgreSQL', () => server.createDatabase(describeIt.name.toLowerCase()));
}
