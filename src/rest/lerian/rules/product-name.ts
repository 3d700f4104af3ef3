import { fault } from '../faults.ts';

const HEADER = 'X-Product-Name';
/** In lower case. */
export const PRODUCT_NAME = /^[a-z0-9_-]{1,100}$/;

/** Trimmed and in lower case; null where the header was not sent. */
export function readProductName(header: string | undefined): string | null {
  if (header === undefined) return null;
  const name = header.trim().toLowerCase();
  if (!PRODUCT_NAME.test(name))
    throw fault('FET-0403', `The header ${HEADER} must be of letters, digits, _ and -, and have 1 to 100 characters.`, {
      [HEADER]: 'is not valid',
    });
  return name;
}

/** Creating and assigning need it. */
export function requireProductName(header: string | undefined): string {
  const name = readProductName(header);
  if (name === null) throw fault('FET-0403', `The header ${HEADER} is required.`, { [HEADER]: 'is required' });
  return name;
}
