import { StartupError } from '../domain/errors/startup-error.ts';

/** Clients read it as a version of Python's (PEP 440), and leave out what older servers do not have. */
export function readPositVersion(given: string): string {
  const [, year = '', month = ''] = /^(\d{4})\.(0[1-9]|1[0-2])\.\d{1,4}$/.exec(given) ?? [];
  if (`${year}.${month}` >= '2025.07') return given;
  throw new StartupError('CHANGEOVER_POSIT_VERSION must be a version such as 2025.09.0, and no older than 2025.07.0.');
}
