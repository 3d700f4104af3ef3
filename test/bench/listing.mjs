// The lead API's listing of 60 connections in 20 integrations, from SQLite, with authentication on, at 32 connections, beside Mercurius with
// JIT, plain Yoga and a bare node:http server that run the same SQL behind the same authentication.
import { round } from './report/statistics.mjs';
import { compareServers } from './setup/compare-servers.mjs';

export const SERVICES = '{ getPlatformServices { name uuid connections { name uuid connectionType } } }';

export async function measureListing({ rounds, say }) {
  const rows = await compareServers({
    name: 'services',
    query: SERVICES,
    kinds: ['bare', 'changeover', 'mercurius', 'yoga'],
    store: { integrations: 20, connections: 60 },
    connections: 32,
    requests: 3000,
    rounds,
    say,
  });
  const cpuOf = (kind) => rows.find(({ name }) => name === kind).cpuMicroseconds;
  const times = (other) => round(cpuOf(other) / cpuOf('changeover'));
  return {
    rows,
    ratios: { 'work of Mercurius with JIT for the same CPU': times('mercurius'), 'work of plain Yoga for the same CPU': times('yoga') },
  };
}
