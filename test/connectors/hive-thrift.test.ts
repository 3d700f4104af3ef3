import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readReply, ThriftUnderrun } from '../../src/connectors/families/hive/thrift-read.ts';
import { ServerError } from '../../src/connectors/kits/sql/server-problem.ts';

/** What Thrift's own library writes for a TCloseSessionResp of sequence 7 with its status. */
const REPLY = Buffer.from('800100020000000c436c6f736553657373696f6e000000070c00000c000108000100000000000000', 'hex');

test('an answer is read to its last byte and no further', () => {
  const { result, length } = readReply(Buffer.concat([REPLY, Buffer.from('rest')]), 'CloseSession', 7);
  expect({ length, ids: [...result.members.keys()] }).toEqual({ length: REPLY.length, ids: [1] });
});

test('each beginning of an answer is one that more may follow', () => {
  for (let length = 0; length < REPLY.length; length += 1)
    expect(() => readReply(REPLY.subarray(0, length), 'CloseSession', 7), `${length} bytes`).toThrow(ThriftUnderrun);
});

test.each([
  ['an answer to another call', REPLY, 8],
  ['a list of more items than a memory holds', replyWith('0f00010c7fffffff'), 7],
  ['a text of a length below zero', replyWith('0b0001ffffffff'), 7],
  ['a type that does not exist', replyWith('2a0001'), 7],
  ['structs in structs without an end', replyWith('0c0001'.repeat(10_000)), 7],
])('%s is no answer, and takes neither time nor memory', (_, bytes, sequence) => {
  expect(() => readReply(bytes, 'CloseSession', sequence)).toThrow();
});

test('whatever bytes a server sends, they are read, waited for or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        readReply(Buffer.concat([REPLY.subarray(0, 27), bytes]), 'CloseSession', 7);
      } catch (error) {
        expect(error instanceof ThriftUnderrun || error instanceof ServerError).toBe(true);
      }
    }),
  );
});

/** The answer with other members. */
function replyWith(members: string): Buffer {
  return Buffer.concat([REPLY.subarray(0, 27), Buffer.from(members, 'hex')]);
}
