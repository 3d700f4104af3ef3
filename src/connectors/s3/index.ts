import { awsKeyRules, keyOrRole, ownEndpoints } from '../kits/aws/aws-rules.ts';
import { defineAwsConnector } from '../kits/aws/define-aws-connector.ts';
import { problem } from '../kits/problems.ts';
import { onlyWith } from '../kits/rules.ts';
import { listFirst, readFirst, regionOf } from './bucket.ts';
import { fields } from './fields.ts';

export default defineAwsConnector({
  kind: 's3',
  title: 'Amazon S3',
  category: 'warehouse',
  aliases: ['hive-s3'],
  lead: { allOptional: true, testV1: [{ field: 'testS3Credentials', explains: false, connectionType: 's3' }] },
  fields,
  rules: [keyOrRole('assumableRole'), ...awsKeyRules, onlyWith('externalId', 'assumableRole'), ownEndpoints('s3Endpoint', 'stsEndpoint')],
  leastPrivileges: ['An IAM policy with s3:ListBucket on arn:aws:s3:::<bucket>, and s3:GetObject on arn:aws:s3:::<bucket>/<prefix>*.'],
  tested: {
    against: 'fake',
    what: "a fake of AWS that checks signatures, trusts and permissions, and moto for S3's own answers",
    client: 'boto3',
  },
  endpoints: ({ s3Endpoint: s3, stsEndpoint: sts }) => ({ s3, sts }),
  region: regionOf,
  role: ({ assumableRole: arn, externalId }) => ({ arn, externalId }),
  on: ['bucket', 'prefix'],
  connection: (session, { credentials }) => listFirst(session, credentials),
  async actions(session, details, attempt) {
    const first = await attempt('s3:ListBucket', () => listFirst(session, details));
    if (first === null) return { warnings: [NOTHING_SEEN] };
    await attempt('s3:GetObject', () => readFirst(session, details, first));
    return {};
  },
});

const NOTHING_SEEN = problem(
  'SKIPPED',
  'no object was listed',
  'There is nothing below the prefix, so reading could not be tried.',
  'Check bucket and prefix, or run it again when there is something.',
);
