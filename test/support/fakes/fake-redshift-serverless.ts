import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';

interface Workgroup {
  readonly workgroup: string;
  readonly database: string;
  readonly answer: { readonly dbUser: string; readonly dbPassword: string };
}

/**
 * GetCredentials of Redshift Serverless, as its API reference has it: JSON 1.1 by target, and Signature Version 4, which is computed anew
 * here. No registry holds a server that answers it.
 */
export async function startFakeRedshiftServerless(
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  { workgroup, database, answer }: Workgroup,
): Promise<{ readonly url: string; close(): void }> {
  const server = createServer((request, response) => {
    const reply = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
    void readBody(request).then((body) => {
      if (!isSigned(request, body, key))
        return reply(403, { __type: 'com.amazon.coral.service#UnrecognizedClientException', message: 'no' });
      const wanted = JSON.parse(body) as { readonly workgroupName?: string; readonly dbName?: string };
      if (request.headers['x-amz-target'] !== 'RedshiftServerless.GetCredentials')
        return reply(400, { __type: 'UnknownOperationException' });
      if (wanted.workgroupName !== workgroup || wanted.dbName !== database) return reply(400, { __type: 'ResourceNotFoundException' });
      return reply(200, { ...answer, expiration: 1_800_000_000 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`, close: () => server.close() };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function isSigned(
  { method, url, headers }: IncomingMessage,
  body: string,
  key: { readonly accessKeyId: string; readonly secretAccessKey: string },
): boolean {
  const match =
    /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/redshift-serverless\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([\da-f]{64})$/.exec(
      String(headers.authorization),
    );
  if (match === null) return false;
  const [, id, date = '', region = '', signed = '', signature = ''] = match;
  const names = signed.split(';');
  if (id !== key.accessKeyId || !['host', 'x-amz-date', 'x-amz-target'].every((name) => names.includes(name))) return false;
  const canonical = [method, url, '', ...names.map((name) => `${name}:${headers[name]}`), '', signed, sha256(body)].join('\n');
  const scope = `${date}/${region}/redshift-serverless/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const signingKey = [date, region, 'redshift-serverless', 'aws4_request'].reduce<Buffer>(hmac, Buffer.from(`AWS4${key.secretAccessKey}`));
  return timingSafeEqual(hmac(signingKey, toSign), Buffer.from(signature, 'hex'));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
