/** The binary protocol of Apache Thrift: https://github.com/apache/thrift/blob/master/doc/specs/thrift-binary-protocol.md. */
export const THRIFT = { bool: 2, byte: 3, double: 4, i16: 6, i32: 8, i64: 10, binary: 11, struct: 12, map: 13, set: 14, list: 15 } as const;

export const CALL = 1;
export const REPLY = 2;
export const VERSION = 0x8001;

/** A member of a struct, as it is sent. */
export type ThriftField = Buffer;

export function i16Field(id: number, value: number): ThriftField {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return field(THRIFT.i16, id, bytes);
}

export function i32Field(id: number, value: number): ThriftField {
  return field(THRIFT.i32, id, i32(value));
}

export function i64Field(id: number, value: bigint): ThriftField {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return field(THRIFT.i64, id, bytes);
}

export function boolField(id: number, value: boolean): ThriftField {
  return field(THRIFT.bool, id, Buffer.from([value ? 1 : 0]));
}

export function textField(id: number, value: string): ThriftField {
  return field(THRIFT.binary, id, text(value));
}

export function textMapField(id: number, entries: Readonly<Record<string, string>>): ThriftField {
  const pairs = Object.entries(entries);
  const head = Buffer.concat([Buffer.from([THRIFT.binary, THRIFT.binary]), i32(pairs.length)]);
  return field(THRIFT.map, id, Buffer.concat([head, ...pairs.flatMap(([name, value]) => [text(name), text(value)])]));
}

/** Members, or a struct that a server gave, which goes back as it came. */
export function structField(id: number, members: readonly ThriftField[] | Uint8Array): ThriftField {
  return field(THRIFT.struct, id, members instanceof Uint8Array ? members : struct(members));
}

/** One call of a method, whose only argument is a request. */
export function callMessage(method: string, sequence: number, request: readonly ThriftField[]): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(VERSION, 0);
  head.writeUInt16BE(CALL, 2);
  return Buffer.concat([head, text(method), i32(sequence), struct([structField(1, request)])]);
}

function struct(members: readonly ThriftField[]): Buffer {
  return Buffer.concat([...members, Buffer.from([0])]);
}

function field(type: number, id: number, value: Uint8Array): ThriftField {
  const head = Buffer.alloc(3);
  head.writeUInt8(type, 0);
  head.writeInt16BE(id, 1);
  return Buffer.concat([head, value]);
}

function text(value: string): Buffer {
  return Buffer.concat([i32(Buffer.byteLength(value)), Buffer.from(value)]);
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
