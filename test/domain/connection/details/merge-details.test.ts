import { describe, expect, test } from 'vitest';
import type { Details } from '../../../../src/domain/connection/details/details.ts';
import { mergeDetails } from '../../../../src/domain/connection/details/merge-details.ts';
import { parseDetails } from '../../../../src/domain/connection/details/parse-details.ts';
import { catalogue } from '../../../support/connectors/validate.ts';

const PEM = Buffer.from('-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n').toString('base64');

const snowflake = { account: 'ab12345', user: 'loader' };
const keyPair = { ...snowflake, privateKey: PEM, privateKeyPassphrase: 'a passphrase' };
const oauth = { clientId: 'c', clientSecret: 's', grantType: 'client_credentials', accessTokenEndpoint: 'https://login.example.com/token' };
const databricks = { workspaceUrl: 'https://dbc.example.com', warehouseId: 'w1' };
const azure = { clientId: 'c', clientSecret: 's', azureTenantId: 'contoso.com', azureWorkspaceResourceId: '/subscriptions/1' };
const tableau = { serverName: 'https://tableau.example.com', verifySsl: true };
const app = { username: 'ada', clientId: 'c', secretId: 'i', secretValue: 'v' };
const powerBi = {
  tenantId: 'contoso.com',
  clientId: 'c',
  loginUrl: 'https://login.microsoftonline.com',
  apiUrl: 'https://api.powerbi.com',
};
const kafka = { cluster: 'k1', url: 'https://kafka.example.com' };
const redshift = {
  host: 'analytics.123456789012.eu-west-1.redshift-serverless.amazonaws.com',
  port: 5439,
  database: 'sales',
  user: 'loader',
};
const awsKey = { accessKeyId: 'AKIAOFTHETESTS', secretAccessKey: 's' };
const role = { assumableRole: 'arn:aws:iam::123456789012:role/reader', externalId: 'e' };
const git = { token: 't', repoUrl: 'https://git.example.com/a.git' };

/** What an update leads to: the base is a valid connection of the kind, and so is what comes out, or this throws. */
function merged(kind: string, base: Details, changes: Details): Details {
  const connector = catalogue.find(kind);
  if (connector === null) throw new Error(`no kind ${kind}`);
  return parseDetails(connector, mergeDetails(connector, parseDetails(connector, base), changes));
}

describe('one way to log in', () => {
  test.each<[string, string, Details, Details, Details]>([
    ['a password replaces a key and its passphrase', 'snowflake', keyPair, { password: 'p' }, { ...snowflake, password: 'p' }],
    ['OAuth replaces a password', 'snowflake', { ...snowflake, password: 'p' }, { oauth }, { ...snowflake, oauth }],
    ['a token replaces OAuth', 'snowflake', { ...snowflake, oauth }, { token: 't' }, { ...snowflake, token: 't' }],
    ['a null beside it is as good', 'snowflake', keyPair, { password: 'p', privateKey: null, oauth: {} }, { ...snowflake, password: 'p' }],
    ['another key keeps its passphrase', 'snowflake', keyPair, { privateKey: `${PEM}\n` }, { ...keyPair, privateKey: `${PEM}\n` }],
    [
      'a token replaces a client and what Azure adds',
      'databricks-sql-warehouse',
      { ...databricks, ...azure },
      { token: 't' },
      { ...databricks, token: 't' },
    ],
    ['a client replaces a token', 'databricks-sql-warehouse', { ...databricks, token: 't' }, azure, { ...databricks, ...azure }],
    [
      'a token replaces an app and its user',
      'tableau',
      { ...tableau, ...app },
      { tokenName: 'n', tokenValue: 't' },
      { ...tableau, tokenName: 'n', tokenValue: 't' },
    ],
    [
      'a password replaces an app and keeps the user',
      'tableau',
      { ...tableau, ...app },
      { password: 'p' },
      { ...tableau, username: 'ada', password: 'p' },
    ],
    ['an app replaces a token', 'tableau', { ...tableau, tokenName: 'n', tokenValue: 't' }, app, { ...tableau, ...app }],
    [
      'a key replaces the token of a repository',
      'looker-git-clone',
      git,
      { repoUrl: 'git@git.example.com:a.git', sshKey: 'k' },
      { repoUrl: 'git@git.example.com:a.git', sshKey: 'k' },
    ],
    [
      'a password replaces an access key, its session, the role and its external id',
      'redshift',
      { ...redshift, ...awsKey, sessionToken: 't', ...role },
      { password: 'p' },
      { ...redshift, password: 'p' },
    ],
    [
      'an access key with a role replaces a password',
      'redshift',
      { ...redshift, password: 'p' },
      { ...awsKey, ...role },
      { ...redshift, ...awsKey, ...role },
    ],
    [
      'a password replaces a role that the gateway assumes',
      'redshift',
      { ...redshift, ...role },
      { password: 'p' },
      { ...redshift, password: 'p' },
    ],
    [
      'a workgroup replaces a cluster',
      'redshift',
      { ...redshift, host: '127.0.0.1', ...awsKey, region: 'eu-west-1', clusterIdentifier: 'lake' },
      { workgroup: 'analytics' },
      { ...redshift, host: '127.0.0.1', ...awsKey, region: 'eu-west-1', workgroup: 'analytics' },
    ],
    [
      'a cluster replaces a workgroup',
      'redshift',
      { ...redshift, host: '127.0.0.1', ...awsKey, region: 'eu-west-1', workgroup: 'analytics' },
      { clusterIdentifier: 'lake' },
      { ...redshift, host: '127.0.0.1', ...awsKey, region: 'eu-west-1', clusterIdentifier: 'lake' },
    ],
    ['a role that the gateway assumes replaces a password', 'redshift', { ...redshift, password: 'p' }, role, { ...redshift, ...role }],
    [
      'an app replaces a user, the password and the token of the user',
      'salesforce-crm',
      { user: 'ada', password: 'p', token: 't', domain: 'login' },
      { consumerKey: 'k', consumerSecret: 's' },
      { consumerKey: 'k', consumerSecret: 's', domain: 'login' },
    ],
    [
      'a mode drops what only the other has',
      'power-bi',
      { ...powerBi, authMode: 'SERVICE_PRINCIPAL', clientSecret: 's' },
      { authMode: 'PRIMARY_USER', username: 'ada', password: 'p' },
      { ...powerBi, authMode: 'PRIMARY_USER', username: 'ada', password: 'p' },
    ],
    [
      'what only one mode has says the mode',
      'power-bi',
      { ...powerBi, authMode: 'PRIMARY_USER', username: 'ada', password: 'p' },
      { clientSecret: 's' },
      { ...powerBi, authMode: 'SERVICE_PRINCIPAL', clientSecret: 's' },
    ],
    [
      'no login drops the token',
      'self-hosted-kafka',
      { ...kafka, authType: 'BASIC', authToken: 'a:b' },
      { authType: 'NO_AUTH' },
      { ...kafka, authType: 'NO_AUTH' },
    ],
    [
      'modes that share a field keep it',
      'self-hosted-kafka',
      { ...kafka, authType: 'BASIC', authToken: 'abc' },
      { authType: 'BEARER' },
      { ...kafka, authType: 'BEARER', authToken: 'abc' },
    ],
  ])('%s', (_, kind, base, changes, expected) => {
    expect(merged(kind, base, changes)).toEqual(expected);
  });

  test.each<[string, string, Details, Details, string]>([
    ['two ways at once', 'snowflake', keyPair, { password: 'p', token: 't' }, 'give exactly one of password, privateKey, oauth and token'],
    [
      'a user without its password',
      'salesforce-crm',
      { consumerKey: 'k', consumerSecret: 's', domain: 'login' },
      { user: 'ada' },
      'user: goes together with password',
    ],
    [
      'the half of a pair by null',
      'databricks-sql-warehouse',
      { ...databricks, ...azure },
      { clientSecret: null },
      'databricksClientId: goes together with clientSecret',
    ],
    ['no way at all', 'snowflake', keyPair, { privateKey: null }, 'give exactly one of'],
    [
      'a mode and what another has',
      'power-bi',
      { ...powerBi, authMode: 'SERVICE_PRINCIPAL', clientSecret: 's' },
      { authMode: 'SERVICE_PRINCIPAL', username: 'ada', password: 'p' },
      'username: belongs to authMode PRIMARY_USER, and authMode is SERVICE_PRINCIPAL',
    ],
    [
      'a token where two modes take it',
      'self-hosted-kafka',
      { ...kafka, authType: 'NO_AUTH' },
      { authToken: 'a:b' },
      'authToken: belongs to authType BASIC and BEARER, and authType is NO_AUTH',
    ],
    [
      'a mode without what it needs',
      'power-bi',
      { ...powerBi, authMode: 'SERVICE_PRINCIPAL', clientSecret: 's' },
      { authMode: 'PRIMARY_USER', username: 'ada' },
      'password: is required where authMode is PRIMARY_USER',
    ],
  ])('%s is refused', (_, kind, base, changes, message) => {
    expect(() => merged(kind, base, changes)).toThrow(message);
  });
});
