import { createServer, type IncomingMessage } from 'node:http';
import { verifySignature } from './aws/signature.ts';

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
      const signed = verifySignature({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }, [key]);
      if ('refused' in signed || signed.service !== 'redshift-serverless')
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
