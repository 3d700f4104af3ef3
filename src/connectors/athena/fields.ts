import { type DetailsOf, setting } from '../../domain/connector/field.ts';
import { awsEndpoint, awsIdentityFields, awsPlaceFields, awsRegion } from '../kits/aws/aws-identity.ts';
import { word } from '../kits/fields.ts';

export const fields = {
  ...awsIdentityFields,
  awsRegion: setting(awsRegion(), { endpoint: true, title: 'Region', description: 'AWS region of the workgroup.' }),
  catalog: setting(word(/^[\w@-]+$/, 'must be the name of a data catalog', 256).default('AwsDataCatalog'), {
    identity: true,
    title: 'Catalog',
    description: 'Data catalog that is queried, AwsDataCatalog unless given.',
  }),
  workgroup: setting(word(/^[\w.-]+$/, 'must be the name of a workgroup').default('primary'), {
    identity: true,
    title: 'Workgroup',
    description: 'Workgroup that queries run in, primary unless given.',
  }),
  athenaEndpoint: awsEndpoint('Athena'),
  stsEndpoint: awsPlaceFields.stsEndpoint,
};

export type AthenaDetails = DetailsOf<typeof fields>;
