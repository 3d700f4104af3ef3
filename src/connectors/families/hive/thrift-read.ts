import { ServerError } from '../../kits/sql/server-problem.ts';
import { REPLY, THRIFT, VERSION } from './thrift-write.ts';

export type ThriftValue = boolean | number | bigint | Buffer | ThriftStruct | readonly ThriftValue[];

/** What a server gave, by the ids of its definition. `bytes` is the whole as it came, for what is sent back unread. */
export interface ThriftStruct {
  readonly members: ReadonlyMap<number, ThriftValue>;
  readonly bytes: Uint8Array;
}

/** The bytes end before the message does: more may come. */
export class ThriftUnderrun extends Error {}

/** For bytes that are no message of this protocol. */
export function malformed(): ServerError {
  return new ServerError('PROTOCOL');
}

/** Nothing that is asked for lies deeper. */
const MOST_DEPTH = 16;

/** The answer to a call, and where its bytes end. Whatever is read is checked against what there is before room is made for it. */
export function readReply(bytes: Buffer, method: string, sequence: number): { readonly result: ThriftStruct; readonly length: number } {
  const reader = createReader(bytes);
  const version = reader.take(4).readUInt32BE();
  if (version >>> 16 !== VERSION) throw malformed();
  const name = reader.binary().toString();
  const isAnswer = reader.take(4).readInt32BE() === sequence && name === method;
  const { value, length } = reader.struct();
  // An exception of the protocol itself, such as a method that the server does not have, says nothing that would help anybody here.
  const result = (version & 0xff) === REPLY && isAnswer ? value.members.get(0) : undefined;
  if (!isStruct(result)) throw malformed();
  return { result, length };
}

export function isStruct(value: ThriftValue | undefined): value is ThriftStruct {
  return typeof value === 'object' && 'members' in value;
}

export function structAt({ members }: ThriftStruct, id: number): ThriftStruct {
  const value = members.get(id);
  if (!isStruct(value)) throw malformed();
  return value;
}

export function listAt({ members }: ThriftStruct, id: number): readonly ThriftValue[] {
  const value = members.get(id);
  return Array.isArray(value) ? value : [];
}

/** Empty where it is not given. */
export function textAt({ members }: ThriftStruct, id: number): string {
  const value = members.get(id);
  return Buffer.isBuffer(value) ? value.toString() : '';
}

function createReader(bytes: Buffer) {
  let at = 0;
  const left = () => bytes.length - at;

  function take(length: number): Buffer {
    if (length < 0) throw malformed();
    if (length > left()) throw new ThriftUnderrun();
    at += length;
    return bytes.subarray(at - length, at);
  }

  const binary = () => take(take(4).readInt32BE());

  /** Each item takes a byte at least, so no more can be announced than there are. */
  function size(): number {
    const count = take(4).readInt32BE();
    if (count < 0) throw malformed();
    if (count > left()) throw new ThriftUnderrun();
    return count;
  }

  function value(type: number, depth: number): ThriftValue {
    if (depth > MOST_DEPTH) throw malformed();
    switch (type) {
      case THRIFT.bool:
        return take(1)[0] === 1;
      case THRIFT.byte:
        return take(1).readInt8();
      case THRIFT.double:
        return take(8).readDoubleBE();
      case THRIFT.i16:
        return take(2).readInt16BE();
      case THRIFT.i32:
        return take(4).readInt32BE();
      case THRIFT.i64:
        return take(8).readBigInt64BE();
      case THRIFT.binary:
        return binary();
      case THRIFT.struct:
        return struct(depth);
      case THRIFT.set:
      case THRIFT.list:
        return items([take(1).readInt8()], depth);
      case THRIFT.map:
        return items([take(1).readInt8(), take(1).readInt8()], depth);
      default:
        throw malformed();
    }
  }

  /** Of a map, names and values in turn. */
  function items(types: readonly number[], depth: number): readonly ThriftValue[] {
    return Array.from({ length: size() }, () => types.map((type) => value(type, depth + 1))).flat();
  }

  function struct(depth: number): ThriftStruct {
    const start = at;
    const members = new Map<number, ThriftValue>();
    for (;;) {
      const type = take(1).readInt8();
      if (type === 0) return { members, bytes: bytes.subarray(start, at) };
      const id = take(2).readInt16BE();
      members.set(id, value(type, depth + 1));
    }
  }

  return {
    take,
    binary,
    struct() {
      const read = struct(0);
      return { value: read, length: at };
    },
  };
}
