import type { Problem, ValidationCode } from '../../domain/connector/validation.ts';

/** What an answer means: a code, with the usual texts, or with texts of the kind's own where those say too little. */
export type Meaning = ValidationCode | (Pick<Problem, 'code'> & Partial<Problem>);

/** What each code means; where that depends on what was given, a function of the details. A code that is not listed means what it usually does. */
export type Meanings<D> = Readonly<Record<string, Meaning | ((details: D) => Meaning)>>;

/** Rows of such a table for codes that mean the same. */
export function anyOf<D>(codes: readonly (string | number)[], meaning: Meanings<D>[string]): Meanings<D> {
  return Object.fromEntries(codes.map((code) => [code, meaning]));
}

/** What the first of the codes that the table knows means. */
export function meaningOf<D>(meanings: Meanings<D>, codes: readonly string[], details: D): Meaning | null {
  const code = codes.find((candidate) => Object.hasOwn(meanings, candidate));
  const meaning = code === undefined ? undefined : meanings[code];
  return typeof meaning === 'function' ? meaning(details) : (meaning ?? null);
}

/** A code with a text for people and what to do; the cause is added where it is known. */
export function says(code: ValidationCode, friendlyMessage: string, resolution: string): Meaning & object {
  return { code, friendlyMessage, resolution };
}

export function problem(code: ValidationCode, cause: string, friendlyMessage: string, resolution: string): Problem {
  return { code, cause, friendlyMessage, resolution };
}

/** Thrown inside a check to end it with this problem, as its error. */
export class Refusal extends Error {
  readonly problem: Problem;

  constructor(of: Problem) {
    super(of.code);
    this.problem = of;
  }
}

export function refusal(...of: Parameters<typeof problem>): Refusal {
  return new Refusal(problem(...of));
}

/** Thrown inside a check that can't be made now. It says nothing about the credentials, so it is only a warning. */
export class NotChecked extends Error {
  readonly problem: Problem;

  constructor(cause: string, friendlyMessage: string, resolution: string) {
    super(cause);
    this.problem = problem('SKIPPED', cause, friendlyMessage, resolution);
  }
}

/** The whole problem of what an answer means, in our words: what the remote system said could hold a secret. */
export function problemOf(title: string, cause: string, meaning: Meaning): Problem {
  const given = typeof meaning === 'string' ? { code: meaning } : meaning;
  const [friendlyMessage, resolution] = usualTexts(title, given.code);
  return { cause, friendlyMessage, resolution, ...given };
}

function usualTexts(title: string, code: ValidationCode): readonly [string, string] {
  switch (code) {
    case 'CREDENTIALS_REJECTED':
      return [`${title} refused the login.`, 'Check the credentials, and that they are not expired, revoked or disabled.'];
    case 'ACCESS_DENIED':
      return [`${title} knows the login, and does not let it do this.`, 'Give it what its jobs need.'];
    case 'DATABASE_NOT_FOUND':
      return ['There is no database of that name.', 'Check its spelling; names may be case-sensitive.'];
    case 'PERMISSION_MISSING':
      return ['The login lacks a permission.', 'Give it what its jobs need.'];
    case 'RATE_LIMITED':
      return [`${title} asked to be called less often.`, 'Try again later.'];
    case 'PROVIDER_DOWN':
      return [`${title} is not working at the moment.`, 'Try again when it is.'];
    default:
      return [
        `What answered does not look like ${title.replace(/^The /, 'the ')}.`,
        'Check the address; a proxy or another service may be answering there.',
      ];
  }
}
