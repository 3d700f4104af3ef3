import { DomainError, unauthenticated } from '../errors/errors.ts';

/** Told like every other way in which a token fails; a dialect whose clients go by the difference may tell it to whoever holds the secret. */
export class ExpiredToken extends DomainError {
  constructor() {
    const { code, message, details } = unauthenticated();
    super(code, message, details);
  }
}
