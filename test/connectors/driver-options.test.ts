import { expect, test } from 'vitest';
import { readWireDetails } from '../../src/domain/connection/details/wire-details.ts';
import { DomainError } from '../../src/domain/errors/errors.ts';
import { catalogue } from '../support/connectors/validate.ts';

/** Options of drivers and parameters of their URLs that open files, sockets or other doors. */
const OPTIONS =
  'sslrootcert sslcert sslkey passfile service options connectionString uri url tlsCAFile socketPath stream init_command initSql flags authPlugins authSwitchHandler infileStreamFactory multipleStatements hostaddr plugin __proto__x'.split(
    ' ',
  );

test.each(catalogue.all().map((connector) => [connector.kind, connector] as const))(
  '%s takes no option of its driver (F19, F20, #86)',
  (_, connector) => {
    const taken = OPTIONS.filter((name) => {
      try {
        readWireDetails(connector, { [name]: 'x' });
        return !Object.hasOwn(connector.fields, name);
      } catch (error) {
        return !(error instanceof DomainError && error.code === 'UNKNOWN_OPTION');
      }
    });
    expect(taken).toEqual([]);
  },
);
