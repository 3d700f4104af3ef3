import { expect } from 'vitest';
import { fakeAthena, fakeGlue, fakeKafkaConnect, fakeS3 } from '../../support/fakes/aws/data-services.ts';
import { startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { arnOf, keyOf, REGION, userOf } from '../../support/fakes/aws/test-account.ts';
import { startFakeRedshiftServerless } from '../../support/fakes/fake-redshift-serverless.ts';
import { refused, type SdkCase } from './ask-sdk.ts';

const CONNECTOR = `arn:aws:kafkaconnect:${REGION}:123456789012:connector/sink/0b1c2d3e-1`;
const ROLE = arnOf('role', 'reader');
/** What each kind asks of AWS first. */
const ASKED = {
  'sts:GetCallerIdentity': { service: 'sts', action: 'get_caller_identity', parameters: {} },
  'sts:AssumeRole': { service: 'sts', action: 'assume_role', parameters: { RoleArn: ROLE, RoleSessionName: 'loads', ExternalId: 'ours' } },
  'glue:GetTables': { service: 'glue', action: 'get_tables', parameters: { DatabaseName: 'sales', MaxResults: 1 } },
  'athena:GetWorkGroup': { service: 'athena', action: 'get_work_group', parameters: { WorkGroup: 'primary' } },
  's3:ListBucket': { service: 's3', action: 'list_objects_v2', parameters: { Bucket: 'lake', MaxKeys: 1, Prefix: 'sales é/' } },
  's3:GetObject': { service: 's3', action: 'get_object', parameters: { Bucket: 'lake', Key: 'sales é/a+b.csv', Range: 'bytes=0-0' } },
  'kafkaconnect:ListConnectors': { service: 'kafkaconnect', action: 'list_connectors', parameters: { maxResults: 1 } },
  'kafkaconnect:DescribeConnector': { service: 'kafkaconnect', action: 'describe_connector', parameters: { connectorArn: CONNECTOR } },
};

const aws: SdkCase = {
  sdk: 'boto3',
  ask: 'boto3',
  kinds: ['glue', 'athena', 's3', 'msk-kafka-connect'],
  async start() {
    const fake = await startFakeAws({
      users: [userOf('loader', Object.keys(ASKED)), userOf('outsider', [])],
      roles: [{ arn: ROLE, trusts: [arnOf('user', 'teams/data/loader')], externalId: 'ours', allow: [] }],
      region: REGION,
      services: {
        glue: fakeGlue({ sales: ['orders'] }),
        athena: fakeAthena({ catalogs: { AwsDataCatalog: {} }, workgroups: { primary: { state: 'ENABLED', failure: null } } }),
        s3: fakeS3({ lake: { 'sales é/a+b.csv': 'id' } }),
        kafkaconnect: fakeKafkaConnect({ [CONNECTOR]: 'sink' }),
      },
    });
    const login = (name: string, secret = keyOf(name).secretAccessKey) => ({
      url: fake.url,
      region: REGION,
      aws_access_key_id: keyOf(name).accessKeyId,
      aws_secret_access_key: secret,
    });
    const {
      'sts:GetCallerIdentity': identity,
      'sts:AssumeRole': assume,
      'glue:GetTables': glue,
      's3:ListBucket': s3,
      'kafkaconnect:ListConnectors': connect,
    } = ASKED;
    return {
      close: fake.close,
      logins: {
        ...Object.fromEntries(Object.entries(ASKED).map(([name, asked]) => [name, { ...login('loader'), ...asked }])),
        wrongExternalId: { ...login('loader'), ...assume, parameters: { ...assume.parameters, ExternalId: 'theirs' } },
        wrongSecretQuery: { ...login('loader', 'another'), ...identity },
        wrongSecretJson: { ...login('loader', 'another'), ...glue },
        wrongSecretS3: { ...login('loader', 'another'), ...s3 },
        wrongSecretRest: { ...login('loader', 'another'), ...connect },
        unknownKey: { ...login('nobody'), ...identity },
        deniedJson: { ...login('outsider'), ...glue },
        deniedS3: { ...login('outsider'), ...s3 },
        deniedRest: { ...login('outsider'), ...connect },
      },
    };
  },
  outcomes: {
    'sts:GetCallerIdentity': { who: ['Account', 'Arn', 'UserId'] },
    'sts:AssumeRole': { who: ['AssumedRoleUser', 'Credentials'] },
    'glue:GetTables': { who: ['TableList'] },
    'athena:GetWorkGroup': { who: ['WorkGroup'] },
    's3:ListBucket': { who: expect.arrayContaining(['Contents', 'Name']) },
    's3:GetObject': { who: expect.arrayContaining(['Body']) },
    'kafkaconnect:ListConnectors': { who: ['connectors'] },
    'kafkaconnect:DescribeConnector': { who: expect.arrayContaining(['connectorArn', 'connectorName']) },
    wrongExternalId: refused(/^ClientError: .*AccessDenied.*AssumeRole/),
    wrongSecretQuery: refused(/^ClientError: .*SignatureDoesNotMatch/),
    wrongSecretJson: refused(/^ClientError: .*InvalidSignatureException/),
    wrongSecretS3: refused(/^ClientError: .*SignatureDoesNotMatch/),
    wrongSecretRest: refused(/^ClientError: .*InvalidSignatureException/),
    unknownKey: refused(/^ClientError: .*InvalidClientTokenId/),
    deniedJson: refused(/^AccessDeniedException: .*GetTables/),
    deniedS3: refused(/^AccessDenied|^ClientError: .*AccessDenied.*ListObjectsV2/),
    deniedRest: refused(/^ForbiddenException: .*ListConnectors/),
  },
};

const redshift: SdkCase = {
  sdk: 'boto3',
  ask: 'boto3',
  kinds: ['redshift'],
  async start() {
    const place = { workgroup: 'nightly', database: 'sales', answer: { dbUser: 'IAMR:reader', dbPassword: 'a-password' } };
    const fake = await startFakeRedshiftServerless(keyOf('loader'), place);
    const login = (secret: string, workgroupName = 'nightly') => ({
      url: fake.url,
      region: REGION,
      service: 'redshift-serverless',
      action: 'get_credentials',
      parameters: { workgroupName, dbName: 'sales' },
      aws_access_key_id: keyOf('loader').accessKeyId,
      aws_secret_access_key: secret,
    });
    const own = keyOf('loader').secretAccessKey;
    return { close: fake.close, logins: { key: login(own), wrongSecret: login('another'), noWorkgroup: login(own, 'nowhere') } };
  },
  outcomes: {
    key: { who: ['dbPassword', 'dbUser', 'expiration'] },
    wrongSecret: refused(/^ClientError: .*UnrecognizedClientException/),
    noWorkgroup: refused(/^ResourceNotFoundException: /),
  },
};

export const amazon: readonly SdkCase[] = [aws, redshift];
