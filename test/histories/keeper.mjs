// Whoever looks after the keys while the clients work, and time, which goes faster for what was replaced.
import { join } from 'node:path';
import { socketGateway } from '../../build/cli/gateway/transport.js';
import { loadMasterKey } from '../../build/crypto/master-key.js';
import { postgresTables, sqliteTables } from '../../build/store/tables/tables.js';
import { makeKey, rotateMasterKey } from '../crash/postgres.mjs';
import { DOCUMENTS } from '../crash/workload/workload.mjs';
import { asRow, bytesOf, rowSigner } from '../support/store/row-signer.mjs';
import { UNKNOWN } from './clients.mjs';

const PAUSE_MS = 400;
/** Gateways look for what others did with the keys more often than that, as they are hastened. */
const LEARNED_MS = 3000;
const HOURS = 3_600_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Makes data keys, seals everything with them, destroys the old ones and changes the master key, one after the other until `isOver`.
 * `rekey` takes a file to the end of a rotation and resolves to null, or to why it failed. What was done is in the history.
 */
export async function keepKeys(way, { isOver, rekey, folder }, events) {
  let generation = 2;
  for (let turn = 0; !isOver(); turn += 1) {
    await did(events, 'reseal', async () => await reseal(way));
    // Refused for as long as something needs it; the next turn tries again.
    for (let oldest = generation - 1; oldest > 0; oldest -= 1)
      await did(events, 'retire', async () => await answered(way.ask('retire', { generation: oldest }, null)));
    const rotated = await did(events, 'rotate', async () => await answered(way.ask('rotate', {}, null)));
    generation = rotated.value.data?.rotateDataKey?.generation ?? generation;
    if (turn % 2 === 0) await did(events, 'rekey', async () => ({ code: await rekey(makeKey(`${folder}/key-${turn}`)) }));
    await pause(PAUSE_MS);
  }
}

/** Takes the grant of a folder of secrets away and gives it back, one after the other until `isOver`. */
export async function keepGrants(way, { isOver, prefix }, events) {
  while (!isOver()) {
    for (const op of ['revoke', 'grant']) {
      await did(events, op, async () => await answered(way.ask(op, { prefix }, null)));
      await pause(PAUSE_MS);
    }
  }
}

/**
 * The overlap of some replaced versions and the days for which a retired one's content is kept end early, and so do the minutes for
 * which an old key is kept. `change` runs a statement past the gateway; versions are signed anew, with the key of the gateway.
 */
export async function hastenTime(change, { keyFile, isSqlite }, isOver) {
  const { versions } = isSqlite ? sqliteTables : postgresTables;
  const [wrapped] = await change("select owner, purpose, generation, wrapped from data_keys where purpose = 'row'");
  const sign = rowSigner(loadMasterKey({ file: keyFile, createIfAbsent: false }), wrapped);
  // The gateway comes first: what meets one of its own transactions is left for the next time.
  const hasten = (text) => change(text).catch((error) => error.code === '40P01' || error.code === 'SQLITE_BUSY' || Promise.reject(error));
  const alterVersions = async (where, column, set) => {
    for (const raw of await change(`select * from versions where ${where}`)) {
      const row = { ...asRow(versions, raw), ...set };
      const [before, after] = [raw.mac, sign(versions, row)].map((mac) => bytesOf(mac, isSqlite));
      await hasten(
        `update versions set ${column} = ${Object.values(set)[0]}, mac = ${after} where connection_id = '${row.connectionId}' and version = ${row.version} and mac = ${before}`,
      );
    }
  };
  while (!isOver()) {
    const now = Date.now();
    await alterVersions(`label = 'PREVIOUS' and version % 3 = 0 and valid_until > ${now}`, 'valid_until', { validUntil: now - 1 });
    const retiredAt = now - 8 * 24 * HOURS;
    await alterVersions(
      `label = 'RETIRED' and version % 6 = 0 and destroyed_at is null and retired_at > ${retiredAt + HOURS}`,
      'retired_at',
      { retiredAt },
    );
    await hasten(
      `update data_keys set created_at = created_at - 660000 where purpose in ('dek', 'upgrade') and created_at between ${now - 600_000} and ${now - LEARNED_MS}`,
    );
    await pause(PAUSE_MS);
  }
}

async function did(events, op, work) {
  const event = { proc: 'keeper', op, key: 'keys', args: {}, inv: now(), ret: 0, type: 'info', value: {} };
  events.push(event);
  const { code, ...value } = await work();
  return Object.assign(event, { ret: now(), type: code === null ? 'ok' : UNKNOWN.has(code) ? 'info' : 'fail', value: { ...value, code } });
}

async function answered(asked) {
  const { data, code } = await asked.catch((error) => ({ data: null, code: String(error) }));
  return { data, code };
}

async function reseal(way) {
  let resealed = 0;
  for (let after = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const { data, code } = await way.ask('reseal', { after }, null);
    if (code !== null) return { code };
    resealed += data.resealConnections.resealed;
    after = data.resealConnections.next;
  }
  return { resealed, code: null };
}

function now() {
  return Number(process.hrtime.bigint());
}

/** A rotation of the master key by the control socket. Resolves to null, or to the code of its refusal. */
export async function rekeyOverSocket(dataDir, file) {
  const gateway = socketGateway(join(dataDir, 'control.sock'));
  try {
    while ((await gateway.run(DOCUMENTS.rekey, { file })).rotateMasterKey.state !== 'FINISHED');
    return null;
  } catch (error) {
    return error.code ?? String(error);
  }
}

/** The same by the command line on a store that gateways share; it reads the key that counts from `environment`. */
export async function rekeyBeside(environment, file) {
  const failure = await rotateMasterKey(environment, file);
  if (failure === null) environment.CHANGEOVER_MASTER_KEY_FILE = file;
  return failure === null ? null : (/[A-Z]+(?:_[A-Z]+)+/.exec(failure)?.[0] ?? failure);
}
