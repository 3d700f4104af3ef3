import { REGION, ROLE } from '../aws/arn-forms.ts';

/** How a variable is named: alone, or with the key in KMS that decrypts what it holds, and the role that may use the key. */
export interface VariablePath {
  readonly name: string;
  readonly key: VariableKey | null;
}

export interface VariableKey {
  readonly region: string;
  /** As KMS takes it. */
  readonly keyId: string;
  readonly role: string | undefined;
}

/** The lead API's prefix, and ours. No setting of the gateway begins so, and no other variable is anybody's secret. */
export const VARIABLE = /^(?:MCD_|CHANGEOVER_SECRET_)[A-Za-z0-9_]{0,200}$/;
const ROOTS = ['MCD_', 'CHANGEOVER_SECRET_'];

const KEY = '(?:alias/)?[A-Za-z0-9_/-]{1,256}';
const ARN = `arn:aws[a-z-]*:kms:(?<arnRegion>${REGION}):\\d{12}:(?:key/[A-Za-z0-9-]{1,256}|alias/[A-Za-z0-9_/-]{1,250})`;
const PATH = new RegExp(`^(?<name>\\w+)(?:\\?kms=(?:(?<arn>${ARN})|(?<region>${REGION})/(?<id>${KEY}))(?:&role=(?<role>${ROLE}))?)?$`);

/** Null for what is no name of a secret. */
export function readVariablePath(path: string): VariablePath | null {
  const { name = '', arn, arnRegion, region, id, role } = PATH.exec(path)?.groups ?? {};
  if (!VARIABLE.test(name) || ROOTS.includes(name)) return null;
  const keyId = arn ?? id;
  return { name, key: keyId === undefined ? null : { keyId, region: arnRegion ?? region ?? '', role } };
}
