/**
 * Code page IBM-500, which names and passwords of a login are in: the bytes of U+0020 to U+007E, then those of U+00A0 to U+00FF. The bar is
 * 6A, where Db2 for Linux, UNIX and Windows looks for it; in the code page itself that is the broken bar.
 */
const ASCII =
  '404f7f7b5b6c507d4d5d5c4e6b604b61f0f1f2f3f4f5f6f7f8f97a5e4c7e6e6f7cc1c2c3c4c5c6c7c8c9d1d2d3d4d5d6d7d8d9e2e3e4e5e6e7e8e94ae05a5f6d' +
  '79818283848586878889919293949596979899a2a3a4a5a6a7a8a9c06ad0a1';
const LATIN =
  '41aab0b19fb2bbb5bdb49a8abacaafbc908feafabea0b6b39dda9b8bb7b8b9ab6465626663679e687471727378757677ac69edeeebefecbf80fdfefbfcadae59' +
  '4445424643479c4854515253585556578c49cdcecbcfcce170dddedbdc8d8edf';

const TO = new Map(
  [
    [ASCII, 0x20],
    [LATIN, 0xa0],
  ].flatMap(([bytes, first]) => [...Buffer.from(String(bytes), 'hex')].map((byte, index) => [Number(first) + index, byte] as const)),
);
const FROM = new Map([...TO].map(([point, byte]) => [byte, point]));

/** Whether every character of a text has a place in the code page. */
export function isEbcdic(text: string): boolean {
  return [...text].every((character) => TO.has(character.codePointAt(0) ?? 0));
}

export function toEbcdic(text: string): Buffer {
  return Buffer.from([...text].map((character) => TO.get(character.codePointAt(0) ?? 0) ?? 0x6f));
}

export function fromEbcdic(bytes: Uint8Array): string {
  return String.fromCodePoint(...[...bytes].map((byte) => FROM.get(byte) ?? 0x3f));
}
