import { badRequest } from '../errors/errors.ts';
import type { Connector } from './connector.ts';
import { hasPassed, type ValidationResult } from './validation.ts';
import type { Validator } from './validator.ts';

type Ordered = Pick<Validator, 'name' | 'after'>;

/** The prerequisite of a validator that was run and has not passed; null when it may run. */
export function blockerOf({ after }: Ordered, results: readonly ValidationResult[]): string | null {
  return after.find((name) => results.some((result) => result.validator === name && !hasPassed(result))) ?? null;
}

/** What is run before one validator, in the connector's order: its prerequisites that have not passed for this candidate lately. */
export function prerequisitesOf<V extends Ordered>(validators: readonly V[], { after }: Ordered, passed: readonly string[]): readonly V[] {
  return validators.filter(({ name }) => after.includes(name) && !passed.includes(name));
}

/**
 * The validator of that name that another member of the family has: it does not apply, which is no mistake. Throws BAD_REQUEST for a name
 * that nobody has.
 */
export function validatorOfRelative(
  connector: Connector,
  all: readonly Connector[],
  name: string,
): Pick<Validator, 'name' | 'description'> {
  const relatives = connector.family === null ? [] : all.filter(({ family }) => family?.kind === connector.family?.kind);
  const known = relatives.flatMap(({ validators }) => validators).find((candidate) => candidate.name === name);
  if (known !== undefined) return known;
  const names = connector.validators.map((candidate) => candidate.name);
  throw badRequest('validationName', `Kind "${connector.kind}" has these validations: ${names.join(', ')}.`, { known: names });
}
