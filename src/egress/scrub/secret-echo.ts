import { DECODERS, reversed } from './decoders.ts';

/** Shorter pieces of a secret also appear in our own sentences by chance. */
const PIECE = 8;
/** The distance from piece to piece. A text with twelve characters of a secret in a row then holds at least one whole piece. */
const STRIDE = 5;
const MOST_PIECES = 400;
/** A shorter secret is searched for as it is, and only if it is no plain word. */
const SHORTEST = 6;
/** How many encodings may lie around one another. */
const DEPTH = 3;
/** Words that are in our own texts and in many passwords. A secret that begins or ends with one is recognised by a longer piece. */
const COMMON =
  /^(account|administr|analytic|authenti|certific|changeov|connecti|credenti|customer|database|databric|developm|external|integrat|internal|password|permissi|postgres|privileg|producti|redshift|security|services?|snowflak|username|validati|warehous)/;

/** Whether a text holds a secret, or the beginning or end of one, in any form that a remote system could send back. */
export interface EchoFinder {
  holds(text: string): boolean;
}

/**
 * Forms are not listed but undone: a text is read in every way that it can be read, and each reading again, and each is searched. Case,
 * width and blanks make no difference. `budget` is the most characters that are searched for one report, over all readings: fails closed, since a report beyond that counts as an echo. `open` is what everybody may see: a
 * piece that a secret has in common with it, such as a password that begins with the user's name, gives nothing away.
 */
export function createEchoFinder(
  secrets: Readonly<Record<string, unknown>>,
  open: Readonly<Record<string, unknown>>,
  budget: number,
): EchoFinder {
  const all = textsIn(secrets).flatMap(partsOf);
  const shown = textsIn(open).map(fold);
  const isOpen = (piece: string) => shown.some((text) => text.includes(piece));
  const needles = [...new Set(all.map(fold).flatMap((secret) => piecesOf(secret, isOpen)))].flatMap((piece) => [piece, reversed(piece)]);
  const short = all.filter((secret) => secret.length >= 4 && secret.length < SHORTEST && !/^[a-z]+$/i.test(secret));
  let left = budget;

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

/** The text without case, width, blanks and invisible characters: what is left looks the same to a person. */
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
    // A text of letters alone may be an ordinary word.
    ...inner.filter((piece) => !/^\p{L}+$/u.test(piece) && !isOpen(piece)),
  ];
}

/** The piece is twice as long if the short one is part of what everybody may see. */
function pieceOf(secret: string, isOpen: (piece: string) => boolean, cut: (length: number) => string): string {
  const piece = cut(Math.min(secret.length, PIECE));
  return COMMON.test(piece) || isOpen(piece) ? cut(Math.min(secret.length, PIECE * 2)) : piece;
}

/** Each line of a key is a secret of its own, and its armour is none. If a secret is base64 of a text, that text is a secret, too. */
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
