// How the store bears growth: the median time of each operation over 1,000 and over 100,000 connections of one project, and the bytes on
// disk of one connection. Operations of both sizes run in turns within one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../build/store/sqlite/sqlite-driver.js';
import { median, round } from './report/statistics.mjs';
import { openGateway } from './setup/gateway.mjs';

const TIMES = 60;
/** What a connection itself needs; the rest of the file is its history. */
const OF_CONNECTION = ['connections', 'versions', 'sealed_contents'];

const scope = ({ actor }) => ({ projectId: actor.projectId, integrationIds: null });

const OPERATIONS = {
  'stage, validate, commit': (gateway, id, turn) => gateway.change(id, `password ${turn}`),
  'acquire and release a lease': (gateway, id) => gateway.holdLease(id),
  'read a connection': (gateway, id) => gateway.services.store.read.connections.find(scope(gateway), id),
  'a page of 100 connections': (gateway) => gateway.services.store.read.connections.page(scope(gateway), {}, { limit: 100, after: null }),
  'add a connection': (gateway, _id, turn) => gateway.addConnection(`new ${turn}`),
};

export async function measureGrowth({ sizes, say }) {
  const folder = mkdtempSync(join(tmpdir(), 'changeover-bench-'));
  try {
    const stores = [];
    for (const size of sizes) stores.push(await grow(join(folder, String(size)), size, say));
    for (let turn = 0; turn < TIMES; turn += 1)
      for (const [name, run] of Object.entries(OPERATIONS))
        for (const store of stores) {
          const id = store.ids[Math.floor(Math.random() * store.ids.length)];
          const started = performance.now();
          await run(store.gateway, id, turn);
          store.times[name].push(performance.now() - started);
        }
    for (const { gateway } of stores) await gateway.close();
    const [small, large] = stores;
    const rows = Object.keys(OPERATIONS).map((name) => ({
      name,
      [`msOf${small.size}`]: round(median(small.times[name])),
      [`msOf${large.size}`]: round(median(large.times[name])),
      growth: round(median(large.times[name]) / median(small.times[name])),
    }));
    const bytes = bytesOf(join(folder, String(large.size), 'changeover.db'), large.size);
    return { rows, bytes, ratios: { 'slowest growth of an operation': Math.max(...rows.map(({ growth }) => growth)) } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function grow(folder, size, say) {
  const gateway = await openGateway(folder);
  const ids = [await gateway.addConnection(0)];
  let next = 1;
  await Promise.all(
    Array.from({ length: 64 }, async () => {
      while (next < size) {
        const index = next;
        next += 1;
        ids.push(await gateway.addConnection(index));
        if (ids.length % 10_000 === 0) say(`growth: ${ids.length} of ${size} connections`);
      }
    }),
  );
  return { size, gateway, ids, times: Object.fromEntries(Object.keys(OPERATIONS).map((name) => [name, []])) };
}

function bytesOf(file, size) {
  const handle = openDatabase(file, { readonly: true });
  const sizes = handle
    .prepare('select s.tbl_name as name, sum(d.pgsize) as bytes from dbstat d join sqlite_master s on s.name = d.name group by s.tbl_name')
    .all();
  handle.close();
  const sum = (rows) => Math.round(rows.reduce((total, { bytes }) => total + bytes, 0) / size);
  return { ofConnection: sum(sizes.filter(({ name }) => OF_CONNECTION.includes(name))), withHistory: sum(sizes) };
}
