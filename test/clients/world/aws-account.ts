import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AwsRefusal, type AwsService, startFakeAws } from '../../support/fakes/aws/fake-aws.ts';
import { encryptedBy, fakeKms } from '../../support/fakes/aws/fake-kms.ts';
import { createLake, endpointsAt, LAKE_ACTIONS } from '../../support/fakes/aws/lake.ts';
import { arnOf } from '../../support/fakes/aws/test-account.ts';

const fakeWorkgroup: AwsService = ({ action, body }, may) => {
  may(`redshift-serverless:${action}`);
  const { workgroupName } = JSON.parse(body) as { readonly workgroupName: string };
  if (workgroupName !== 'analytics') throw new AwsRefusal('ResourceNotFoundException');
  return { status: 200, body: { dbUser: 'IAMR:reader', dbPassword: 'temporary-password' } };
};

const KMS_KEY = { id: '00000000-0000-4000-8000-000000000001', alias: 'sales' };

/** An account of AWS with a role that reads all of a lake, and the settings that give a gateway an identity of its own there. */
export async function startAccount() {
  const key = { accessKeyId: 'AKIAOFTHEGATEWAY', secretAccessKey: 'secret/of+the/gateway' };
  const gateway = { ...key, arn: arnOf('user', 'gateway'), allow: ['sts:AssumeRole', 'kms:Decrypt'] };
  // Whose owner writes the external id into the trust policy once he is told it.
  let externalId = 'nobody-knows-yet';
  const { services, ...lake } = createLake();
  const aws = await startFakeAws({
    ...lake,
    users: [gateway],
    roles: ['reader', 'not-granted'].map((name) => ({
      arn: arnOf('role', name),
      trusts: [gateway.arn],
      get externalId() {
        return externalId;
      },
      allow: [...LAKE_ACTIONS, 'redshift-serverless:GetCredentials', 'kms:Decrypt'],
    })),
    services: { ...services, 'redshift-serverless': fakeWorkgroup, kms: fakeKms([KMS_KEY]) },
  });
  const folder = mkdtempSync(join(tmpdir(), 'changeover-clients-aws-'));
  const file = join(folder, 'key.json');
  writeFileSync(file, JSON.stringify({ AccessKeyId: key.accessKeyId, SecretAccessKey: key.secretAccessKey }), { mode: 0o600 });
  const endpoints = Object.entries(endpointsAt(aws.url, 'redshift-serverless', 'kms')).map((pair) => pair.join('='));
  return {
    settings: { CHANGEOVER_AWS_KEY_FILE: file, CHANGEOVER_AWS_ENDPOINTS: endpoints.join() },
    /** As its key `alias/sales` encrypts it. */
    encrypted: (plaintext: string) => encryptedBy(KMS_KEY, plaintext),
    trust(id: string) {
      externalId = id;
    },
    close() {
      aws.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
