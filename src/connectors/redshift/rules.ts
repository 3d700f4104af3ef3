import type { Rule } from '../../domain/connector/connector.ts';
import type { RedshiftDetails } from './index.ts';
import { readTarget } from './target.ts';

type RedshiftRule = Rule<RedshiftDetails>;

/** One way to log in, with all that it takes. The gateway has no AWS identity of its own: docs/decisions says why. */
export const rules: readonly RedshiftRule[] = [
  ({ password, accessKeyId, secretAccessKey }) => {
    if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
      return { path: 'secretAccessKey', message: 'goes together with accessKeyId' };
    return (password === undefined) === (accessKeyId === undefined)
      ? { path: 'password', message: 'is one of two ways: give either a password, or accessKeyId and secretAccessKey for IAM' }
      : null;
  },
  ({ accessKeyId, sessionToken, assumableRole }) => {
    if (accessKeyId !== undefined) return null;
    if (sessionToken !== undefined) return { path: 'sessionToken', message: 'goes together with accessKeyId' };
    return assumableRole === undefined
      ? null
      : { path: 'assumableRole', message: 'needs accessKeyId and secretAccessKey of an identity that may assume it' };
  },
  ({ assumableRole, externalId }) =>
    externalId !== undefined && assumableRole === undefined ? { path: 'externalId', message: 'goes together with assumableRole' } : null,
  ({ clusterIdentifier, workgroup }) =>
    clusterIdentifier !== undefined && workgroup !== undefined
      ? { path: 'workgroup', message: 'is for serverless, and clusterIdentifier is not: give one of them' }
      : null,
  (details) => {
    const { region, cluster, workgroup } = readTarget(details);
    if (details.accessKeyId === undefined) return null;
    if (region === null) return { path: 'region', message: 'is required for IAM, where the host does not say it' };
    return cluster === null && workgroup === null
      ? { path: 'clusterIdentifier', message: 'is required for IAM, or workgroup, where the host does not say it' }
      : null;
  },
  (details) =>
    details.user === undefined && (details.accessKeyId === undefined || readTarget(details).workgroup === null)
      ? { path: 'user', message: 'is required' }
      : null,
];
