import { type Problem, VALIDATION_CODES, type ValidationCode, type ValidatorData } from '../../domain/connector/validation.ts';
import { createEchoFinder } from './secret-echo.ts';

const HIDDEN = '[hidden]';
/** Characters of each text, and of the data as JSON: a remote system may have written any of it. */
const MOST = { cause: 200, friendlyMessage: 500, resolution: 4000, text: 16_384, data: 65_536 } as const;
const MOST_PROBLEMS = 50;
/** A text is searched in so many readings, on average. */
const READINGS = 64;
/** Runs of control characters become one blank, so this many characters are read for one that is shown. */
const MOST_CONTROLS = 200;

/**
 * Cleans what a validator reports: a remote system that was sent a secret may have sent it back, in whatever form. Throws TypeError
 * for a code that is none: it would be a label of a metric, a word of a log, and no member of the API's list.
 */
export interface Scrubber {
  problems(found: readonly Problem[]): Problem[];
  data(given: ValidatorData | undefined): ValidatorData | null;
}

/** `mostData` characters of data as JSON are cleaned; more are left out. */
export function createScrubber(
  secrets: Readonly<Record<string, unknown>>,
  open: Readonly<Record<string, unknown>> = {},
  mostData: number = MOST.data,
): Scrubber {
  const { holds } = createEchoFinder(secrets, open, mostData * READINGS);
  // A text that holds any part of a secret is removed as a whole: the rest would tell how long the secret is and where it was.
  const clean = (text: string, most: number) => {
    const short = wellFormed(text.slice(0, most + MOST_CONTROLS)).slice(0, most);
    return holds(text.slice(0, most + MOST_CONTROLS)) || holds(short) ? HIDDEN : short;
  };
  return {
    problems: (found) =>
      found.slice(0, MOST_PROBLEMS).map(({ code, cause, friendlyMessage, resolution }) => ({
        code: knownCode(code),
        cause: clean(cause, MOST.cause),
        friendlyMessage: clean(friendlyMessage, MOST.friendlyMessage),
        resolution: clean(resolution, MOST.resolution),
      })),
    data(given) {
      if (given === undefined || JSON.stringify(given).length > mostData) return null;
      const json = JSON.stringify(given, (_, value: unknown) =>
        typeof value === 'string' ? clean(value, MOST.text) : cleanKeys(value, clean),
      );
      if (json.length > mostData) return null;
      // The data keep their shape when they are cleaned. They may also hold a secret in pieces.
      const cleaned = JSON.parse(json) as ValidatorData;
      return holds(json) || holds(wordsIn(cleaned).join('')) ? { returnedData: HIDDEN } : cleaned;
    },
  };
}

/** A connector of a package may be written without types. */
function knownCode(code: ValidationCode): ValidationCode {
  if (!Object.hasOwn(VALIDATION_CODES, code)) throw new TypeError('no such code');
  return code;
}

function cleanKeys(value: unknown, clean: (text: string, most: number) => string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [clean(key, MOST.text), member]));
}

function wordsIn(value: unknown): readonly string[] {
  if (typeof value === 'string' || typeof value === 'number') return [String(value)];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsIn) : [];
}

/** Control characters and those that turn the direction of writing could forge a line of a log or of a terminal. */
function wellFormed(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ');
}
