import { anyOf, type Meanings, says } from '../../kits/problems.ts';

const FIREWALL = says(
  'ACCESS_DENIED',
  "The server's firewall keeps this gateway out.",
  'Allow its address, or its virtual network, in the firewall of the server.',
);
const EXPIRED = says(
  'CREDENTIALS_REJECTED',
  'The password has expired, or has to be changed first.',
  'Set a new one: ALTER LOGIN ... WITH PASSWORD = ...',
);
const LOCKED = says('ACCESS_DENIED', 'The login is locked or disabled.', 'Run: ALTER LOGIN ... ENABLE; or unlock it with a new password.');
const BUSY = says('RATE_LIMITED', 'The database has reached a limit of its service tier.', 'Try again later, or raise the tier.');
const ASLEEP = says(
  'PROVIDER_DOWN',
  'The database is paused, waking up or moving.',
  'Try again in a minute; a pool or capacity that is paused has to be resumed.',
);

/** https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
export const tdsRefusals: Meanings<unknown> = {
  18456: says(
    'CREDENTIALS_REJECTED',
    'The server refused the login.',
    'Check user and password; it says the same where the login may not use the database.',
  ),
  18452: says('CREDENTIALS_REJECTED', 'The server takes logins of Windows alone.', 'Turn on SQL Server authentication (mixed mode).'),
  ...anyOf([18470, 18486], LOCKED),
  ...anyOf([18487, 18488], EXPIRED),
  4060: says(
    'DATABASE_NOT_FOUND',
    'There is no database of that name, or the login has no user in it.',
    'Check dbName, or run there: CREATE USER ... FOR LOGIN ...;',
  ),
  4064: says('DATABASE_NOT_FOUND', "The login's default database can not be opened.", 'Give dbName.'),
  40531: says('HOST_UNRESOLVED', 'The host does not say which server is meant.', 'Give the whole name, as in name.database.windows.net.'),
  40532: says('HOST_UNRESOLVED', 'There is no server of that name.', 'Check the host.'),
  ...anyOf([40615, 40914, 47073, 42101], FIREWALL),
  47072: says('TLS_REQUIRED', 'The server takes newer versions of TLS alone.', 'Report it: this gateway speaks TLS 1.2 to such servers.'),
  ...anyOf([10928, 10929, 40501, 40544, 40549, 40550, 40551, 40552, 40553], BUSY),
  ...anyOf([40613, 40197, 49918, 49919, 49920, 42108, 24800, 24802], ASLEEP),
  ...anyOf([229, 230, 262, 297, 300, 916], 'ACCESS_DENIED'),
};
