import { AwsClient } from 'aws4fetch';
import type { AwsKey } from '../../../src/domain/aws/gateway-aws.ts';
import { REGION, type TestAws } from './moto.ts';

/** Signs requests whose service moto reads from the target; by its prefix. */
const SERVICES: Readonly<Record<string, string>> = { secretsmanager: 'secretsmanager', TrentService: 'kms' };

/** An action of a service that speaks JSON, by its target, as the account's administrator. */
export async function askMoto(moto: TestAws, target: string, body: object): Promise<unknown> {
  const service = SERVICES[target.split('.')[0] ?? ''] ?? '';
  const client = new AwsClient({ accessKeyId: 'admin', secretAccessKey: 'admin', region: REGION, service });
  const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const reply = await client.fetch(moto.url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!reply.ok) throw new Error(`${target}: ${reply.status} ${await reply.text()}`);
  return await reply.json();
}

/** A user that may do this, with a key. */
export async function createMotoUser(moto: TestAws, name: string, actions: readonly string[]): Promise<AwsKey> {
  const Statement = [{ Effect: 'Allow', Action: actions, Resource: '*' }];
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const iam = (parameters: Readonly<Record<string, string>> & { readonly Action: string }) =>
    moto.call('iam', { ...parameters, Version: '2010-05-08', UserName: name });
  await iam({ Action: 'CreateUser' });
  await iam({ Action: 'PutUserPolicy', PolicyName: 'own', PolicyDocument });
  const xml = await iam({ Action: 'CreateAccessKey' });
  const read = (element: string) => new RegExp(`<${element}>([^<]+)<`).exec(xml)?.[1] ?? '';
  return { accessKeyId: read('AccessKeyId'), secretAccessKey: read('SecretAccessKey') };
}
