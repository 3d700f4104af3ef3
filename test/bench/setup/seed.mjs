import { openGateway } from './gateway.mjs';

/** Fills a data directory with connections and returns its owner token. */
export async function seed(dataDir, { integrations, connections }) {
  const gateway = await openGateway(dataDir);
  const created = await gateway.createOwner();
  for (let index = 0; index < connections; index += 1) await gateway.addConnection(index, `Warehouse ${index % integrations}`);
  await gateway.close();
  return { id: created.token.id, secret: created.secret };
}
