import type { Family } from '../../domain/connector/connector.ts';
import { transactionalInputs } from './transactional-inputs.ts';

/**
 * The lead API's transactional databases share one input, told apart by `dbType`. Its settings object is one group on the wire;
 * here its members are fields of their own. `database` is the lead CLI's other name for `dbName`.
 */
export const transactional: Family = {
  name: 'TransactionalDb',
  kind: 'transactional-db',
  discriminator: 'dbType',
  lead: transactionalInputs,
  validators: ['validate_connection', 'validate_identity', 'validate_permissions', 'validate_permission_parity'],
  flatten(wire, has) {
    const { connectionSettings, ...rest } = wire;
    const settings = typeof connectionSettings === 'object' && connectionSettings !== null ? connectionSettings : {};
    // Replaced whole: what the given object leaves out is cleared.
    const cleared = connectionSettings === undefined ? {} : Object.fromEntries(SETTINGS.filter(has).map((name) => [name, null]));
    return { ...cleared, ...rest, ...settings };
  },
  undrivable({ authType, auth_type: snake }) {
    const way = authType ?? snake;
    return typeof way === 'string' && /^kerberos$/i.test(way) ? KERBEROS : null;
  },
};

/** The package that speaks it is native and dials the KDC by itself, where nothing checks the address or ends it at the deadline. */
const KERBEROS = {
  path: 'authType',
  message:
    'no driver of this gateway speaks Kerberos; leave authType out, and give what else the server logs in by, such as user and password',
};

/** Members of `connectionSettings` that are fields of their own and belong to nothing else on the wire. */
const SETTINGS = ['rdsProxy', 'tls', 'tdSslmode', 'tdLogmech'];
