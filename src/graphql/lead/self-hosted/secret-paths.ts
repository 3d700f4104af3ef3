import { ROLE_ARN } from '../../../domain/aws/gateway-aws.ts';
import { badRequest } from '../../../domain/errors/errors.ts';
import type { GivenPath } from '../../../operations/references/read-reference.ts';

type Given = Readonly<Record<string, unknown>>;

export function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** An ARN says its region; a name comes with one, or keeps that of the name in use, as it keeps the role. */
export function awsPath({ awsSecret, awsRegion, assumableRole }: Given, regionField = 'awsRegion'): GivenPath['value'] {
  const [secret, region, role] = [textOf(awsSecret), textOf(awsRegion), roleOf(assumableRole)];
  if (secret === null && region === null && role === null) return null;
  return (kept) => {
    const [, keptSecret = kept, keptRole = null] = /^(.*)[?&]role=(.*)$/.exec(kept ?? '') ?? [];
    return withRole(inRegion({ field: 'awsSecret', name: secret, region, kept: keptSecret }, regionField), role ?? keptRole);
  };
}

/** A variable alone, or with the key in KMS that decrypts it: what is left out of either stays as it was. */
export function variablePath({
  envVarName,
  kmsKeyId,
  decryptionServiceType: service,
  awsRegion,
  assumableRole,
}: Given): GivenPath['value'] {
  const [variable, key, region, role] = [textOf(envVarName), textOf(kmsKeyId), textOf(awsRegion), roleOf(assumableRole)];
  if (service != null && !/^kms$/i.test(String(service))) throw badRequest('decryptionServiceType', 'decryptionServiceType is KMS.');
  if (key !== null && !KEY.test(key)) throw badRequest('kmsKeyId', 'kmsKeyId is the ARN, the id or the alias of a key in KMS.');
  if (variable === null && key === null && service == null && region === null && role === null) return null;
  return (kept) => {
    const [, keptVariable, keptKey = null, keptRole = null] = /^([^?]+)(?:\?kms=([^&]+))?(?:&role=(.+))?$/.exec(kept ?? '') ?? [];
    const name = variable ?? keptVariable;
    if (name === undefined) throw badRequest('envVarName', 'envVarName is required.');
    if (key !== null || keptKey !== null)
      return withRole(`${name}?kms=${inRegion({ field: 'kmsKeyId', name: key, region, kept: keptKey }, 'awsRegion')}`, role ?? keptRole);
    if (service != null)
      throw badRequest(
        'kmsKeyId',
        'kmsKeyId is required with decryptionServiceType: without it KMS would take any key that the ciphertext names.',
      );
    if (region !== null || role !== null) {
      const field = region === null ? 'assumableRole' : 'awsRegion';
      throw badRequest(field, `${field} belongs to kmsKeyId, which is not given: the variable holds the secret itself.`);
    }
    return name;
  };
}

const KEY = /^(?:arn:aws[a-z-]*:kms:[A-Za-z0-9:/_-]{1,400}|(?:alias\/)?[A-Za-z0-9_/-]{1,250})$/;

/** Name and vault may come one by one: what is left out stays as it was. */
export function azurePath({ akvSecret, akvVaultName, akvVaultUrl }: Given): GivenPath['value'] {
  const [name, vaultName, url] = [akvSecret, akvVaultName, akvVaultUrl].map(textOf);
  if (name === null && vaultName === null && url === null) return null;
  return (kept) => {
    const [, keptVault, keptName] = /^(.+)\/secrets\/([^/]+)/.exec(kept ?? '') ?? [];
    if (vaultName != null && !/^[A-Za-z0-9-]{3,24}$/.test(vaultName))
      throw badRequest('akvVaultName', 'The name of a key vault has 3 to 24 letters, digits and dashes.');
    const byName = vaultName == null ? undefined : `https://${vaultName.toLowerCase()}.vault.azure.net`;
    const byUrl = url?.replace(/\/+$/, '').toLowerCase();
    if (byName !== undefined && byUrl !== undefined && !byUrl.startsWith(`https://${vaultName?.toLowerCase()}.`))
      throw badRequest('akvVaultUrl', 'akvVaultUrl is of another vault than akvVaultName.');
    const vault = byUrl ?? byName ?? keptVault;
    if (vault === undefined) throw badRequest('akvVaultName', 'akvVaultName or akvVaultUrl is required.');
    if ((name ?? keptName) === undefined) throw badRequest('akvSecret', 'akvSecret is required.');
    return `${vault}/secrets/${name ?? keptName}`;
  };
}

function roleOf(value: unknown): string | null {
  const role = textOf(value);
  if (role !== null && !ROLE_ARN.test(role)) throw badRequest('assumableRole', 'assumableRole has to be the whole ARN of a role.');
  return role;
}

function withRole(path: string, role: string | null): string {
  return role === null ? path : `${path}${path.includes('?') ? '&' : '?'}role=${role}`;
}

interface AwsName {
  /** The caller's, for the name. */
  readonly field: string;
  readonly name: string | null;
  readonly region: string | null;
  readonly kept: string | null;
}

/** A whole ARN, or region and name. */
function inRegion({ field, name: given, region, kept }: AwsName, regionField: string): string {
  const [, keptRegion, keptName] = /^([a-z0-9-]+)\/([^?]+)/.exec(kept ?? '') ?? [];
  const name = given ?? keptName ?? kept;
  if (name === null) throw badRequest(field, `${field} is required.`);
  if (name.startsWith('arn:')) {
    if (region !== null && name.split(':')[3] !== region) throw badRequest(regionField, `${regionField} is another than that of the ARN.`);
    return name;
  }
  if ((region ?? keptRegion) === undefined)
    throw badRequest(
      regionField,
      `${regionField} is required with the name of a ${field === 'kmsKeyId' ? 'key' : 'secret'}; an ARN says it itself.`,
    );
  return `${region ?? keptRegion}/${name}`;
}
