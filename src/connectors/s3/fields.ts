import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';
import { awsEndpoint, awsIdentityFields, awsPlaceFields, awsRegion } from '../kits/aws/aws-identity.ts';
import { word } from '../kits/fields.ts';

export const fields = {
  ...awsIdentityFields,
  bucket: setting(word(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket'), {
    identity: true,
    title: 'Bucket',
    description: 'Name of the bucket.',
  }),
  prefix: setting(text().optional(), { identity: true, title: 'Prefix', description: 'What the keys that are read begin with.' }),
  awsRegion: setting(awsRegion().optional(), {
    endpoint: true,
    title: 'Region',
    description: 'AWS region of the bucket; S3 is asked for it unless it is given.',
  }),
  s3Endpoint: awsEndpoint('S3'),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

export type S3Details = DetailsOf<typeof fields>;
