import { DECODERS, reversed } from './decoders.ts';

/** A shorter piece of a secret stands in sentences of ours, too. */
const PIECE = 8;
/** From piece to piece: whatever shows twelve characters of a secret in a row shows one of its pieces whole. */
const STRIDE = 5;
const MOST_PIECES = 400;
/** A shorter secret is looked for as it is, and only where it is no plain word. */
const SHORTEST = 6;
/** How many encodings may lie around one another. */
const DEPTH = 3;
/** Characters that are looked at for one report, in all their readings; what is beyond is taken for an echo. */
const BUDGET = 4 * 1024 * 1024;
/** Words of our own texts and of every second password: a secret that begins or ends with one is told by more of it. */
const COMMON =
  /^(account|administr|analytic|authenti|certific|changeov|connecti|credenti|customer|database|databric|developm|external|integrat|internal|password|permissi|postgres|privileg|producti|redshift|security|services?|snowflak|username|validati|warehous)/;

/** Whether a text holds a secret, or the beginning or end of one, in any form that a remote system could send back. */
export interface EchoFinder {
  holds(text: string): boolean;
}

/**
 * Forms are not listed but undone: a text is read in every way that it can be read, and each reading again, and each is searched. Case,
 * width and blanks make no difference. Fails closed: what takes too long to read is taken for an echo. `open` is what everybody may see: a
 * piece that a secret has in common with it, such as a password that begins with the user's name, gives nothing away.
 */
export function createEchoFinder(secrets: Readonly<Record<string, unknown>>, open: Readonly<Record<string, unknown>> = {}): EchoFinder {
  const all = textsIn(secrets).flatMap(partsOf);
  const shown = textsIn(open).map(fold);
  const isOpen = (piece: string) => shown.some((text) => text.includes(piece));
  const needles = [...new Set(all.map(fold).flatMap((secret) => piecesOf(secret, isOpen)))].flatMap((piece) => [piece, reversed(piece)]);
  const short = all.filter((secret) => secret.length >= 4 && secret.length < SHORTEST && !/^[a-z]+$/i.test(secret));
  let left = BUDGET;

  function holds(text: string): boolean {
    if (needles.length === 0 && short.length === 0) return false;
    if (short.some((secret) => text.includes(secret))) return true;
    let layer = new Set([text, reversed(text)]);
    const seen = new Set<string>();
    for (let depth = 0; depth <= DEPTH; depth += 1) {
      const next = new Set<string>();
      for (const reading of layer) {
        if (seen.has(reading)) continue;
        seen.add(reading);
        left -= reading.length;
        if (left < 0) return true;
        const folded = fold(reading);
        if (needles.some((needle) => folded.includes(needle))) return true;
        if (depth < DEPTH) for (const decode of DECODERS) next.add(decode(reading));
      }
      layer = next;
    }
    return false;
  }

  return { holds };
}

/** What is the same secret to a person: without regard to case, width, blanks and characters that are not seen. */
function fold(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, '');
}

function piecesOf(secret: string, isOpen: (piece: string) => boolean): readonly string[] {
  if (secret.length < SHORTEST) return [];
  const inner: string[] = [];
  for (let at = STRIDE; at + PIECE < secret.length && inner.length < MOST_PIECES; at += STRIDE) inner.push(secret.slice(at, at + PIECE));
  return [
    secret,
    pieceOf(secret, isOpen, (length) => secret.slice(0, length)),
    pieceOf(secret, isOpen, (length) => secret.slice(-length)),
    // What is letters alone may be a word of anybody's.
    ...inner.filter((piece) => !/^\p{L}+$/u.test(piece) && !isOpen(piece)),
  ];
}

/** Twice as long where the short one stands in what everybody sees. */
function pieceOf(secret: string, isOpen: (piece: string) => boolean, cut: (length: number) => string): string {
  const piece = cut(Math.min(secret.length, PIECE));
  return COMMON.test(piece) || isOpen(piece) ? cut(Math.min(secret.length, PIECE * 2)) : piece;
}

/** The lines of a key are secrets of their own, and its armour is none; what is base64 of text is that text as well. */
function partsOf(secret: string): readonly string[] {
  const decoded = /^[A-Za-z0-9+/\s]{24,}={0,2}\s*$/.test(secret) ? Buffer.from(secret, 'base64').toString('latin1') : '';
  const texts = [secret, ...(decoded !== '' && /^[\x20-\x7e\r\n\t]+$/.test(decoded) ? [decoded] : [])];
  return texts.flatMap((text) => {
    const lines = text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('-----'));
    return lines.length > 1 || text.includes('-----BEGIN') ? lines.filter((line) => line.length >= SHORTEST) : [text.trim()];
  });
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
