import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { host, ORIGIN, port, secretText, text } from '../../domain/connector/field-types.ts';

/** The code for a value that a header can't hold, so that clients can recognise this mistake. */
const params = { code: 'INVALID_HEADER_VALUE' };

/** A secret that is sent as, or in, an HTTP header: checked where it is given, not when it is sent. */
export function headerSecret() {
  return secretText().refine(isHeaderWord, { error: 'must be printable ASCII without spaces', params });
}

/** The whole value of a header, which may hold spaces. */
export function headerValue() {
  return secretText().refine((value) => /^[\t\x20-\x7e]*$/.test(value), { error: 'must be printable ASCII', params });
}

/** A setting that is sent as a header: one line of printable ASCII. */
export function headerWord(max: number) {
  return text(max).refine((value) => /^[\x20-\x7e]+$/.test(value), { error: 'must be printable ASCII', params });
}

/** Text that can stand anywhere in a header: printable ASCII without spaces. */
export function isHeaderWord(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}

/** One line of text that matches a pattern; `what` describes the pattern to whoever gives something else. */
export function word(pattern: RegExp, what: string, max = 128) {
  return text(max).refine((value) => pattern.test(value), what);
}

/** A JSON object, such as the file of a service account: given by itself or as its text, and kept as text. */
export function jsonObject() {
  const text = secretText().refine(isJsonObject, 'must be a JSON object');
  return z.preprocess((value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value), text);
}

function isJsonObject(text: string): boolean {
  try {
    return /^\s*\{/.test(text) && typeof JSON.parse(text) === 'object';
  } catch {
    return false;
  }
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** True of this machine, where nobody else reads what is sent. */
export function isLoopback(host: string): boolean {
  return LOOPBACK.test(host) || host === '::1';
}

/** The https URL of a service that is sent secrets. Plain http is taken for this machine alone, where trials and tests run; a bare host means https. */
export function secureUrl() {
  return text(2048)
    .overwrite((value) => (value.includes('://') ? value : `https://${value}`))
    .refine(isSecure, 'must be an https URL without credentials, query or fragment');
}

/** The address of a service, by which a connection is told, too. A changed path sends the secrets to the same server. */
export function urlField(title: string, description: string) {
  return setting(secureUrl(), { endpoint: ORIGIN, identity: true, title, description });
}

/** The address of a service that has a usual one. */
export function optionalUrl(title: string, description: string) {
  return setting(secureUrl().optional(), { endpoint: ORIGIN, title, description });
}

export function defaultUrl(usual: string, title: string, description: string) {
  return setting(secureUrl().default(usual), { endpoint: ORIGIN, title, description });
}

function isSecure(value: string): boolean {
  if (!URL.canParse(value) || /[?#@]/.test(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** Host and port of a server, both of which say where secrets are sent. */
export function serverFields(defaultPort: number, described = 'Host name or IP address of the server.') {
  return {
    host: setting(host(), { endpoint: true, title: 'Host', description: described }),
    port: setting(port(defaultPort), { endpoint: true, title: 'Port', description: `TCP port, ${defaultPort} unless given.` }),
  };
}
