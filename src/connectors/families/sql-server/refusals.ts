import { type Meanings, says } from '../../kits/problems.ts';

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
  18470: LOCKED,
  18486: LOCKED,
  18487: EXPIRED,
  18488: EXPIRED,
  4060: says(
    'DATABASE_NOT_FOUND',
    'There is no database of that name, or the login has no user in it.',
    'Check dbName, or run there: CREATE USER ... FOR LOGIN ...;',
  ),
  4064: says('DATABASE_NOT_FOUND', "The login's default database can not be opened.", 'Give dbName.'),
  40531: says('HOST_UNRESOLVED', 'The host does not say which server is meant.', 'Give the whole name, as in name.database.windows.net.'),
  40532: says('HOST_UNRESOLVED', 'There is no server of that name.', 'Check the host.'),
  40615: FIREWALL,
  40914: FIREWALL,
  47073: FIREWALL,
  42101: FIREWALL,
  47072: says('TLS_REQUIRED', 'The server takes newer versions of TLS alone.', 'Report it: this gateway speaks TLS 1.2 to such servers.'),
  10928: BUSY,
  10929: BUSY,
  40501: BUSY,
  40544: BUSY,
  40549: BUSY,
  40550: BUSY,
  40551: BUSY,
  40552: BUSY,
  40553: BUSY,
  40613: ASLEEP,
  40197: ASLEEP,
  49918: ASLEEP,
  49919: ASLEEP,
  49920: ASLEEP,
  42108: ASLEEP,
  24800: ASLEEP,
  24802: ASLEEP,
  229: 'ACCESS_DENIED',
  230: 'ACCESS_DENIED',
  262: 'ACCESS_DENIED',
  297: 'ACCESS_DENIED',
  300: 'ACCESS_DENIED',
  916: 'ACCESS_DENIED',
};
