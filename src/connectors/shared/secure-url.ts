import { text } from '../../domain/connector/connector.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The https URL of a service that is sent secrets. Plain http is taken for this machine alone, where trials and tests run; a bare host means https. */
export function secureUrl() {
  return text(2048)
    .overwrite((value) => (value.includes('://') ? value : `https://${value}`))
    .refine(isSecure, 'must be an https URL without credentials, query or fragment');
}

function isSecure(value: string): boolean {
  if (!URL.canParse(value) || /[?#@]/.test(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}
