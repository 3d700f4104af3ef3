import type { Duplex } from 'node:stream';
import { ServerError } from '../kits/sql/server-problem.ts';
import { fromEbcdic, toEbcdic } from './ebcdic.ts';
import { chain, createReplies, type DdmObject, ddm, parametersOf, type Request, uint16 } from './frames.ts';

interface DrdaLogin {
  readonly database: string;
  readonly user: string;
  readonly password: string;
}

export interface DrdaClient {
  /** Release of the server, as in `SQL12010`. */
  readonly release: string;
  /** Rows of a statement that answers one column of VARCHAR; nothing else is decoded. */
  select(statement: string): Promise<readonly (string | null)[]>;
}

/** User and password as they are: only ever sent inside TLS, or where it was said that there is none. */
const USER_AND_PASSWORD = 3;
const MANAGERS = [0x1403, 7, 0x2407, 7, 0x240f, 7, 0x1440, 7, 0x1474, 5];
/** What calls itself so is spoken to by Derby as well, which looks at the first three letters. */
const PRODUCT = 'DNC10160';
const BLOCK = Buffer.from([0, 0, 0x7f, 0xff]);
/** Rows and blocks that are read of one answer. */
const MOST_ROWS = 5000;
const MOST_BLOCKS = 200;
/** VARCHAR of one or more bytes a character, and their nullable and long forms. */
const TEXTS = new Set([0x32, 0x33, 0x34, 0x35, 0x3e, 0x3f, 0x40, 0x41]);

/** Logs in over DRDA, whose errors become ServerErrors: `SECCHK-0F` of a login, `DRDA-2211` of the protocol, and an SQLCODE as it is. */
export async function openDrda(socket: Duplex, login: DrdaLogin): Promise<DrdaClient> {
  const replies = createReplies(socket);
  const ask = async (...requests: readonly Request[]): Promise<readonly DdmObject[]> => {
    socket.write(chain(requests));
    const answer = await replies();
    throwRefusal(answer);
    return answer;
  };
  const name = toEbcdic(login.database.padEnd(18));
  const mechanism = ddm(0x11a2, uint16(USER_AND_PASSWORD));
  const greeting = await ask({ object: greet() }, { object: ddm(0x106d, mechanism, ddm(0x2110, name)) });
  const offered = find(greeting, 0x14ac);
  if (offered === undefined || offered.get(0x11a2)?.readUInt16BE(0) !== USER_AND_PASSWORD) throw new ServerError('SECCHK-01');
  const proof = [mechanism, ddm(0x2110, name), ddm(0x11a0, toEbcdic(login.user)), ddm(0x11a1, toEbcdic(login.password))];
  const entered = await ask({ object: ddm(0x106e, ...proof) }, { object: enter(name) });
  if (find(entered, 0x2201) === undefined) throw new Error('the database was not entered');
  const section = sectionOf(login.database);
  return {
    release: fromEbcdic(find(greeting, 0x1443)?.get(0x115a) ?? Buffer.alloc(0)).trim(),
    async select(statement) {
      const opened = await ask(
        { object: ddm(0x200d, section, ddm(0x2116, Buffer.from([0xf1]))) },
        { object: ddm(0x2414, nullable(statement), Buffer.from([0xff])), belongs: true },
        { object: ddm(0x200c, section, ddm(0x2114, BLOCK)) },
      );
      const query = find(opened, 0x2205)?.get(0x215b);
      const more = ddm(0x2006, section, ddm(0x2114, BLOCK), ...(query === undefined ? [] : [ddm(0x215b, query)]));
      const all = [...opened];
      for (let blocks = 1; find(all, 0x220b) === undefined && blocks < MOST_BLOCKS; blocks++) all.push(...(await ask({ object: more })));
      return rowsOf(all);
    },
  };
}

function greet(): Buffer {
  const own = toEbcdic('changeover');
  const levels = Buffer.concat(MANAGERS.map(uint16));
  return ddm(0x1041, ddm(0x115e, own), ddm(0x116d, own), ddm(0x115a, own), ddm(0x1404, levels), ddm(0x1147, own));
}

/** Texts are UTF-8 from here on, and numbers big-endian. */
function enter(name: Buffer): Buffer {
  const characters = [ddm(0x119c, uint16(1208)), ddm(0x119d, uint16(1200)), ddm(0x119e, uint16(1208))];
  return ddm(
    0x2001,
    ddm(0x2110, name),
    ddm(0x210f, uint16(0x2407)),
    ddm(0x112e, toEbcdic(PRODUCT)),
    ddm(0x002f, toEbcdic('QTDSQLASC')),
    // Names the unit of work in the server's log; any will do.
    ddm(0x2135, Buffer.from('d5c6f0f0f0f0f0f14bf3f0c1f50155630d5a11', 'hex')),
    ddm(0x0035, ...characters),
  );
}

/** The package of dynamic statements that every Db2 has. */
function sectionOf(database: string): Buffer {
  const names = [database, 'NULLID', 'SYSSH200'].map((part) => part.padEnd(18)).join('');
  return ddm(0x2113, toEbcdic(names), Buffer.from('SYSLVL01'), uint16(1));
}

function nullable(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.from([0, 0, 0]), uint16(bytes.length), bytes]);
}

function find(objects: readonly DdmObject[], codePoint: number): ReadonlyMap<number, Buffer> | undefined {
  const found = objects.find((object) => object.codePoint === codePoint);
  return found === undefined ? undefined : parametersOf(found);
}

/** Replies, all of which say how severe they are. */
function isReply(codePoint: number): boolean {
  return (codePoint > 0x1200 && codePoint < 0x1300) || (codePoint > 0x2200 && codePoint < 0x2300);
}

/** That there is no such database, or that the user may not enter it. An SQLCODE beside them is each server's own. */
const NOT_ENTERED = new Set([0x2211, 0x22cb]);

/** The login's own answer first, then the database's, the statement's, and the protocol's. */
function throwRefusal(objects: readonly DdmObject[]): void {
  const check = find(objects, 0x1219)?.get(0x11a4)?.[0] ?? 0;
  if (check !== 0) throw new ServerError(`SECCHK-${check.toString(16).padStart(2, '0').toUpperCase()}`);
  const severe = objects.filter((object) => isReply(object.codePoint) && (parametersOf(object).get(0x1149)?.readUInt16BE(0) ?? 0) >= 8);
  const code = objects.map(sqlCodeOf).find((one) => one < 0);
  const reply = severe.find(({ codePoint }) => NOT_ENTERED.has(codePoint)) ?? (code === undefined ? severe[0] : undefined);
  if (reply !== undefined) throw new ServerError(`DRDA-${reply.codePoint.toString(16).toUpperCase().padStart(4, '0')}`);
  if (code !== undefined) throw new ServerError(String(code));
}

/** 0 where there is none. Servers have it in the byte order of their machine; of the two readings one is out of all bounds. */
function sqlCodeOf({ codePoint, data }: DdmObject): number {
  if ((codePoint !== 0x2408 && codePoint !== 0x2411) || data.length < 10 || data[0] !== 0) return 0;
  const [big, little] = [data.readInt32BE(1), data.readInt32LE(1)];
  return Math.abs(big) < Math.abs(little) ? big : little;
}

/** Blocks are cut anywhere, so they are put together first. Each row begins with an absent SQLCA and a mark that it is there. */
function rowsOf(objects: readonly DdmObject[]): readonly (string | null)[] {
  const description = objects.find(({ codePoint }) => codePoint === 0x241a)?.data;
  const type = description?.[3] ?? 0;
  if (!TEXTS.has(type)) throw new Error('not a text');
  let rest = Buffer.concat(objects.filter(({ codePoint }) => codePoint === 0x241b).map(({ data }) => data));
  const rows: (string | null)[] = [];
  while (rest.length > 2 && rest[0] === 0xff && rest[1] === 0 && rows.length < MOST_ROWS) {
    const isNullable = type % 2 === 1;
    const isNull = isNullable && rest[2] === 0xff;
    const at = isNullable ? 3 : 2;
    const end = isNull ? at : at + 2 + rest.readUInt16BE(at);
    rows.push(isNull ? null : rest.subarray(at + 2, end).toString('utf8'));
    rest = rest.subarray(end);
  }
  return rows;
}
