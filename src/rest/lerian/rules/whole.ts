import { invalid, missing } from '../faults.ts';
import { isModeOf, needsCa } from './ssl.ts';
import type { Type } from './types.ts';
import { CONFIG_NAME, isNameLength, isPort, modeFault } from './values.ts';

/** A connection as a patch leaves it. */
export interface Whole {
  readonly productName: string;
  readonly configName: string;
  readonly type: Type;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
  readonly userName: string;
  /** Null where it has no TLS options, or the patch does not touch them nor the type. */
  readonly ssl: { readonly mode: string; readonly hasCa: boolean } | null;
}

/**
 * Step 8: the whole connection, which may be at fault by what was stored as well. What is empty or has no valid form is told first, and
 * alone; members are called in snake_case here.
 */
export function requireWhole({ productName, configName, type, host, port, databaseName, userName, ssl }: Whole): void {
  const fields: Record<string, string> = {};
  if (productName === '')
    fields.product_name = 'the connection belongs to no product: POST /v1/management/connections/{id}/assign gives it one';
  if (configName === '') fields.config_name = 'must not be empty';
  else if (!CONFIG_NAME.test(configName)) fields.config_name = 'must be of letters, digits, _ and -';
  if (host === '') fields.host = 'must not be empty';
  if (databaseName === '') fields.database_name = 'must not be empty';
  if (userName === '') fields.username = 'must not be empty';
  if (!isPort(port)) fields.port = 'must be from 1 to 65535';
  if (ssl?.mode === '') fields['ssl.mode'] = 'must be set when ssl is configured';
  else if (ssl !== null && needsCa(ssl.mode) && !ssl.hasCa) fields['ssl.ca'] = 'must be set when ssl is configured';
  if (Object.keys(fields).length > 0) throw missing(fields);
  if (!isNameLength(configName)) throw invalid({ config_name: 'must have 3 to 100 characters' });
  if (ssl !== null && !isModeOf(type, ssl.mode)) throw invalid(modeFault(type));
}
