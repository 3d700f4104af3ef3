import { DomainError, type ErrorDetails } from '../errors/errors.ts';

/** A request that Posit Connect refuses by a number of its own; its dialect tells it by that, every other way in by its code. */
export class PositError extends DomainError {
  readonly positCode: number;

  constructor(positCode: number, message: string, details: ErrorDetails = {}, code: 'BAD_REQUEST' | 'NOT_FOUND' = 'BAD_REQUEST') {
    super(code, message, details);
    this.name = 'PositError';
    this.positCode = positCode;
  }
}

/** Of one key of a config. A name that a caller made up is repeated only where it looks like one: it could be a value in the wrong place. */
export function configRefusal(name: string, what: string, positCode = 228): PositError {
  const isShown = /^[A-Za-z]\w{0,62}$/.test(name);
  return new PositError(positCode, `${isShown ? `config key '${name}'` : 'a config key'} ${what}`, {
    path: isShown ? `config.${name}` : 'config',
  });
}
