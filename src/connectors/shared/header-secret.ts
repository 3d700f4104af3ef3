import { secretText } from '../../domain/connector/connector.ts';

/** Answered with this code: what a header can't hold is a mistake that clients can tell apart. */
const params = { code: 'INVALID_HEADER_VALUE' };

/** A secret that is sent as, or in, an HTTP header: checked where it is given, not when it is sent. */
export function headerSecret() {
  return secretText().refine((value) => /^[\x21-\x7e]+$/.test(value), { error: 'must be printable ASCII without spaces', params });
}

/** The whole value of a header, which may hold spaces. */
export function headerValue() {
  return secretText().refine((value) => /^[\t\x20-\x7e]*$/.test(value), { error: 'must be printable ASCII', params });
}
