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
};

/** Members of `connectionSettings` that are fields of their own and belong to nothing else on the wire. */
const SETTINGS = ['rdsProxy', 'tls', 'tdSslmode', 'tdLogmech'];
