/**
 * Ways to read a text as something that was encoded, in part or in whole. Each reading gives the text back where there is nothing to
 * undo. They are for finding what is hidden in a text, so they take whatever any decoder would take.
 */
export const DECODERS: readonly ((text: string) => string)[] = [
  fromUrl,
  fromHtml,
  fromEscapes,
  fromQuotedPrintable,
  fromBase64,
  fromHex,
  fromNumbers,
  fromWideCharacters,
];

export function reversed(text: string): string {
  return [...text].reverse().join('');
}

/** `%2f`, `%2F` and `%u002F`, and `+` for a blank. */
function fromUrl(text: string): string {
  const wide = text.replace(/%u([0-9a-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const read = wide.replace(/(?:%[0-9a-f]{2})+/gi, (run) => inUtf8(Buffer.from(run.replaceAll('%', ''), 'hex')));
  return wide.includes('+') ? `${read}\n${read.replaceAll('+', ' ')}` : read;
}

/** Numbers, and the names that HTML has for what stands on a keyboard. */
function fromHtml(text: string): string {
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([A-Za-z]{2,8}));?/gi,
    (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return NAMED.get(name) ?? NAMED.get(name.toLowerCase()) ?? whole;
      return ofCode(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) ?? whole;
    },
  );
}

/** As in JSON, JavaScript, Python, C and CSS. */
function fromEscapes(text: string): string {
  return text.replace(
    /\\(?:u\{([0-9a-f]{1,6})\}|u([0-9a-f]{4})|x([0-9a-f]{2})|U([0-9a-f]{8})|([0-7]{3})|(.))/gis,
    (whole, braced?: string, four?: string, two?: string, eight?: string, octal?: string, plain?: string) => {
      const hex = braced ?? four ?? two ?? eight;
      if (hex !== undefined) return ofCode(Number.parseInt(hex, 16)) ?? whole;
      if (octal !== undefined) return ofCode(Number.parseInt(octal, 8)) ?? whole;
      return plain === undefined ? whole : (CONTROLS.get(plain) ?? plain);
    },
  );
}

function fromQuotedPrintable(text: string): string {
  return text.replace(/=\r?\n/g, '').replace(/(?:=[0-9a-f]{2})+/gi, (run) => inUtf8(Buffer.from(run.replaceAll('=', ''), 'hex')));
}

/** Both alphabets, broken into lines or not. Where in a longer run it begins is not known, so it is read from each of four places. */
function fromBase64(text: string): string {
  return (text.match(/[A-Za-z0-9+/_-]{8,}(?:(?:\r?\n|\\n|\\r\\n)[A-Za-z0-9+/_-]+)*/g) ?? [text])
    .flatMap((run) => {
      const bare = run.replace(/\\[nr]|[\r\n]/g, '');
      return bare.length < 8 ? [] : [0, 1, 2, 3].flatMap((at) => legible(Buffer.from(bare.slice(at), 'base64')));
    })
    .join('\n');
}

/** `73 65`, `73:65`, `0x73, 0x65` and `7365`, from both places where a pair may begin. */
function fromHex(text: string): string {
  return (text.match(/(?:(?:0x|\\x)?[0-9a-f]{2}[\s:,;.-]{0,2}){6,}[0-9a-f]?/gi) ?? [])
    .flatMap((run) => {
      const digits = run.replace(/0x|\\x|[^0-9a-f]/gi, '');
      return [0, 1].flatMap((at) => legible(Buffer.from(digits.slice(at), 'hex')));
    })
    .join('\n');
}

/** Bytes as numbers, as a buffer prints in JSON. */
function fromNumbers(text: string): string {
  return (text.match(/(?:\b\d{1,3}\b[\s,;]+){5,}\d{1,3}\b/g) ?? [])
    .map((run) => inUtf8(Buffer.from((run.match(/\d+/g) ?? []).map(Number))))
    .join('\n');
}

/** Two or four bytes a character: a zero beside each, or something that was shown in its place. */
function fromWideCharacters(text: string): string {
  return text.replace(/[\0\u2400\ufffd]+/g, '');
}

/** Almost any word can be read as base64: of what that gives, only what could be text is looked at further. */
function legible(bytes: Buffer): readonly string[] {
  return (
    bytes
      .toString('utf8')
      .replaceAll('\ufffd', '\u0001')
      .match(/[\0\s\P{Cc}]{5,}/gu) ?? []
  );
}

/** Bytes that are no text are kept as characters: what is encoded within them is still found. */
function inUtf8(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return text.includes('\ufffd') ? `${text}\n${bytes.toString('latin1')}` : text;
}

function ofCode(code: number): string | null {
  return code <= 0x10ffff ? String.fromCodePoint(code) : null;
}

const CONTROLS = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['b', '\b'],
  ['f', '\f'],
  ['0', '\0'],
]);

const NAMED = new Map(
  Object.entries({
    Tab: '\t',
    NewLine: '\n',
    nbsp: ' ',
    excl: '!',
    quot: '"',
    num: '#',
    dollar: '$',
    percnt: '%',
    amp: '&',
    apos: "'",
    lpar: '(',
    rpar: ')',
    ast: '*',
    midast: '*',
    plus: '+',
    comma: ',',
    hyphen: '-',
    dash: '-',
    minus: '-',
    period: '.',
    sol: '/',
    colon: ':',
    semi: ';',
    lt: '<',
    equals: '=',
    gt: '>',
    quest: '?',
    commat: '@',
    lsqb: '[',
    lbrack: '[',
    bsol: '\\',
    rsqb: ']',
    rbrack: ']',
    Hat: '^',
    lowbar: '_',
    UnderBar: '_',
    grave: '`',
    lcub: '{',
    lbrace: '{',
    verbar: '|',
    vert: '|',
    rcub: '}',
    rbrace: '}',
    shy: '',
  }),
);
