import { secretText } from '../../domain/connector.ts';

/** A secret that is sent as, or in, an HTTP header: checked where it is given, not when it is sent. */
export function headerSecret() {
  return secretText().refine((value) => /^[\x21-\x7e]+$/.test(value), 'must be printable ASCII without spaces');
}
