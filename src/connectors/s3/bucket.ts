import { z } from 'zod';
import type { ValidatorInput } from '../../domain/connector/validator.ts';
import { elementOf } from '../kits/aws/aws-action.ts';
import { AWS_REGION } from '../kits/aws/aws-identity.ts';
import type { AwsSession } from '../kits/aws/aws-session.ts';
import { problem, Refusal } from '../kits/problems.ts';
import type { S3Details } from './fields.ts';

/** A key that stands first below the prefix, and how long its object is; null where there is none. */
export interface FirstObject {
  readonly key: string;
  readonly isEmpty: boolean;
}

const LISTING = z.string().includes('<ListBucketResult');

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
export async function listFirst(session: AwsSession, { bucket, prefix = '' }: S3Details): Promise<FirstObject | null> {
  const path = `${pathOf(bucket)}?list-type=2&max-keys=1&prefix=${encode(prefix)}`;
  const xml = await session.rest('s3', 'ListBucket', { path }, LISTING);
  const key = elementOf(xml, 'Key');
  return key === null ? null : { key, isEmpty: elementOf(xml, 'Size') === '0' };
}

/** One byte of it, so that nothing large is sent for a check. */
export async function readFirst(session: AwsSession, { bucket }: S3Details, { key, isEmpty }: FirstObject): Promise<unknown> {
  const path = `${pathOf(bucket)}${key.split('/').map(encode).join('/')}`;
  return await session.rest('s3', 'GetObject', { path, ...(isEmpty ? {} : { headers: { range: 'bytes=0-0' } }) }, z.unknown());
}

/**
 * The region that the bucket is in. S3 tells it to everybody, in the header of whatever it answers, also with 301 and 403; the redirect
 * itself is not followed. https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html
 */
export async function regionOf({ credentials, egress, gatewayAws }: ValidatorInput<S3Details>): Promise<string> {
  const { awsRegion, bucket, accessKeyId } = credentials;
  const s3Endpoint = accessKeyId === undefined ? gatewayAws?.endpoints.s3 : credentials.s3Endpoint;
  if (awsRegion !== undefined) return awsRegion;
  const address = s3Endpoint?.replace(/\/+$/, '') ?? 'https://s3.us-east-1.amazonaws.com';
  const { status, headers } = await egress.fetchHttp(`${address}${pathOf(bucket)}`, { method: 'HEAD' });
  const region = headers['x-amz-bucket-region'] ?? '';
  if (AWS_REGION.test(region)) return region;
  throw new Refusal(
    status === 404
      ? problem('DATABASE_NOT_FOUND', 'S3 answered with not found', 'There is no bucket of that name.', 'Check its spelling.')
      : problem('PROTOCOL_ERROR', `S3 answered ${status} without a region`, 'S3 does not say where the bucket is.', 'Give awsRegion.'),
  );
}

/** By the path: any endpoint takes it, and so does a name with dots, which no certificate is for. */
function pathOf(bucket: string): string {
  return `/${bucket}/`;
}

/** As signatures want it: these, too. */
function encode(part: string): string {
  return encodeURIComponent(part).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
}
