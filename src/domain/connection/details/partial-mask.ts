/** What may be shown of a secret to somebody who has to tell it from another: the same every time, and never enough to use it. */

/** How a secret is shown: its end behind stars, its origin and end for a URL, or no more than that there is one. */
export type MaskStyle = 'tail' | 'url' | 'set' | 'none';

/** Characters that are shown at the end. */
const TAIL = 4;
/** Of a secret, or of what is secret of a URL, that is shorter nothing is shown. */
const LEAST_SHOWN = 8;

/** What is shown of a secret; null for one of which nothing is. */
export function maskSecret(style: MaskStyle, value: string): string | null {
  if (style === 'none') return null;
  if (style === 'set') return '******';
  return style === 'url' ? maskUrl(value) : maskTail(value);
}

/** As long as the secret, with its last four characters. */
function maskTail(value: string): string {
  const characters = [...value];
  const tail = characters.length < LEAST_SHOWN ? [] : characters.slice(-TAIL);
  return '*'.repeat(characters.length - tail.length) + tail.join('');
}

/** Scheme, host and port, then four stars and the last four characters of the URL; user and password go. */
function maskUrl(value: string): string {
  const { protocol } = URL.canParse(value) ? new URL(value) : { protocol: 'https:' };
  const [, rest = ''] = /^[^:]*:[\\/]*(.*)$/s.exec(value) ?? [];
  const [authority = ''] = rest.split(/[\\/?#]/, 1);
  const hidden = [...rest.slice(authority.length + 1)];
  const tail = hidden.length < LEAST_SHOWN ? '' : hidden.slice(-TAIL).join('');
  return `${protocol}//${authority.slice(authority.lastIndexOf('@') + 1)}/****${tail}`;
}

/** Whether a text looks like one of these masks, of whatever secret. */
export function looksMasked(value: string): boolean {
  return /^\*+$/.test(value) || /^\*{4,}.{4}$/su.test(value) || /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*\/\*{4}.{0,4}$/isu.test(value);
}
