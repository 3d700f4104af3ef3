import type { Duplex } from 'node:stream';

/**
 * Frames of DRDA: a DSS holds DDM objects, each with a code point: https://pubs.opengroup.org/onlinepubs/009608699/toc.pdf. Numbers are
 * big-endian.
 */
export interface DdmObject {
  readonly codePoint: number;
  readonly data: Buffer;
}

/** A request, or what belongs to the request before it. */
export interface Request {
  readonly object: Buffer;
  readonly belongs?: true;
}

const REQUEST = 1;
const OBJECT = 3;
const CHAINED = 0x40;
const SAME_CORRELATION = 0x10;
const CONTINUED = 0x8000;

export function ddm(codePoint: number, ...data: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(data);
  return Buffer.concat([uint16(body.length + 4), uint16(codePoint), body]);
}

export function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

/** Requests that are answered together, as they go out. */
export function chain(requests: readonly Request[]): Buffer {
  let correlation = 0;
  const parts = requests.map(({ object, belongs }, index) => {
    if (belongs !== true) correlation++;
    const next = requests[index + 1];
    const flags =
      (belongs === true ? OBJECT : REQUEST) | (next === undefined ? 0 : CHAINED) | (next?.belongs === true ? SAME_CORRELATION : 0);
    return Buffer.concat([uint16(object.length + 6), Buffer.from([0xd0, flags]), uint16(correlation), object]);
  });
  return Buffer.concat(parts);
}

/** Reads the objects of one answer, to the end of its chain. */
export function createReplies(socket: Duplex): () => Promise<readonly DdmObject[]> {
  const chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let pending = Buffer.alloc(0);
  const take = async (length: number): Promise<Buffer> => {
    while (pending.length < length) {
      const next = await chunks.next();
      if (next.done === true) throw new Error('the connection ended');
      pending = Buffer.concat([pending, next.value]);
    }
    const taken = pending.subarray(0, length);
    pending = pending.subarray(length);
    return taken;
  };
  return async () => {
    const objects: DdmObject[] = [];
    for (let isChained = true; isChained; ) {
      const head = await take(6);
      if (head[2] !== 0xd0) throw new Error('not a frame');
      isChained = ((head[3] ?? 0) & CHAINED) !== 0;
      objects.push(...objectsOf(await takeBody(head.readUInt16BE(0), take)));
    }
    return objects;
  };
}

/** A frame of 32 KiB and more goes on behind a length of its own, time and again. */
async function takeBody(length: number, take: (length: number) => Promise<Buffer>): Promise<Buffer> {
  const parts = [await take((length & CONTINUED ? 0x7fff : length) - 6)];
  for (let next = length; next & CONTINUED; ) {
    next = (await take(2)).readUInt16BE(0);
    parts.push(await take((next & 0x7fff) - 2));
  }
  return Buffer.concat(parts);
}

/** A long object has its length in more bytes, or none, and is the rest of its frame. */
function objectsOf(body: Buffer): readonly DdmObject[] {
  const objects: DdmObject[] = [];
  for (let rest = body; rest.length >= 4; ) {
    const length = rest.readUInt16BE(0);
    const isLong = (length & CONTINUED) !== 0;
    const [begin, end] = isLong ? [length & 0x7fff, rest.length] : [4, length];
    if (end < begin || end > rest.length) throw new Error('not an object');
    objects.push({ codePoint: rest.readUInt16BE(2), data: rest.subarray(begin, end) });
    rest = rest.subarray(end);
  }
  return objects;
}

/** The parameters of an object, which are objects themselves. */
export function parametersOf({ data }: DdmObject): ReadonlyMap<number, Buffer> {
  return new Map(objectsOf(data).map((parameter) => [parameter.codePoint, parameter.data]));
}
