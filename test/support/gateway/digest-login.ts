import { createHash } from 'node:crypto';
import type { TestToken } from './gateway.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

export interface DigestOptions {
  readonly nc?: string;
  readonly cnonce?: string;
  readonly realm?: string;
  /** What is proven, where that is not what is asked for. */
  readonly uri?: string;
}

/** The nonce of a challenge. */
export function nonceOf(challenge: string | null): string {
  return /nonce="([^"]+)"/.exec(challenge ?? '')?.[1] ?? '';
}

/** What a client answers a challenge with, for a request as `GET /path`. */
export function digestLogin(
  { id, secret }: TestToken,
  nonce: string,
  request: string,
  { nc = '00000001', cnonce = 'YWJj', realm = 'MMS Public API', uri }: DigestOptions = {},
): string {
  const [method = '', target = ''] = request.split(' ');
  const ha2 = md5(`${method}:${uri ?? target}`);
  const response = md5(`${md5(`${id}:${realm}:${secret}`)}:${nonce}:${nc}:${cnonce}:auth:${ha2}`);
  return `Digest username="${id}", realm="${realm}", nonce="${nonce}", uri="${uri ?? target}", response="${response}", cnonce="${cnonce}", nc=${nc}, qop=auth, algorithm=MD5`;
}
