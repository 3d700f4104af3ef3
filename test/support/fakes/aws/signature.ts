import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface SignedRequest {
  readonly method: string;
  /** Path and query as they were sent. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export type Signed<K> =
  | { readonly key: K; readonly service: string; readonly region: string }
  | { readonly refused: 'unsigned' | 'unknown-key' | 'wrong-signature' | 'wrong-token' | 'wrong-clock'; readonly service: string };

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([\da-f]{64})$/;

const SKEW_MS = 5 * 60_000;

/**
 * Signature Version 4, computed anew: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. Paths are encoded a
 * second time for each service but S3.
 */
export function verifySignature<K extends AccessKey>(request: SignedRequest, keys: readonly K[]): Signed<K> {
  const match = AUTHORIZATION.exec(String(request.headers.authorization));
  if (match === null) return { refused: 'unsigned', service: '' };
  const [, id, date = '', region = '', service = '', signed = '', signature = ''] = match;
  const key = keys.find(({ accessKeyId }) => accessKeyId === id);
  if (key === undefined) return { refused: 'unknown-key', service };
  const names = signed.split(';');
  const at = String(request.headers['x-amz-date']);
  const required = ['host', 'x-amz-date', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  const expected = signatureOf(request, { secret: key.secretAccessKey, date, region, service, names });
  if (!required.every((name) => names.includes(name)) || !at.startsWith(date) || !timingSafeEqual(expected, Buffer.from(signature, 'hex')))
    return { refused: 'wrong-signature', service };
  if (request.headers['x-amz-security-token'] !== key.sessionToken) return { refused: 'wrong-token', service };
  const sent = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  return Math.abs(Date.now() - sent) > SKEW_MS ? { refused: 'wrong-clock', service } : { key, service, region };
}

interface Scope {
  readonly secret: string;
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly names: readonly string[];
}

function signatureOf({ method, url, headers, body }: SignedRequest, { secret, date, region, service, names }: Scope): Buffer {
  const [path = '', query = ''] = url.split('?');
  const canonical = [
    method,
    service === 's3' ? path : path.split('/').map(encode).join('/'),
    [...new URLSearchParams(query)]
      .map((pair) => pair.map(encode).join('='))
      .sort()
      .join('&'),
    ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/\s+/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'] ?? createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const signingKey = [date, region, service, 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  return hmac(signingKey, toSign);
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
