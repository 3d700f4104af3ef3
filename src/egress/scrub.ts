import { type Problem, VALIDATION_CODES, type ValidationCode, type ValidatorData } from '../domain/validation.ts';

const HIDDEN = '[hidden]';
/** A shorter secret would take words out of our own sentences, and so give itself away. */
const SHORTEST = 6;
/** Characters of each text, and of the data as JSON: a remote system may have written any of it. */
const MOST = { cause: 200, friendlyMessage: 500, resolution: 4000, text: 16_384, data: 65_536 } as const;
const MOST_PROBLEMS = 50;

/**
 * Cleans what a validator reports: a remote system that was sent a secret may have sent it back, in whatever form. Throws TypeError
 * for a code that is none: it would be a label of a metric, a word of a log, and no member of the API's list.
 */
export interface Scrubber {
  problems(found: readonly Problem[]): Problem[];
  data(given: ValidatorData | undefined): ValidatorData | null;
}

export function createScrubber(secrets: Readonly<Record<string, unknown>>): Scrubber {
  const forms = [...new Set(textsIn(secrets).flatMap(formsOf))].sort((one, other) => other.length - one.length);
  const clean = (text: string, most: number) => {
    let cleaned = text;
    for (const form of forms) cleaned = cleaned.replaceAll(form, HIDDEN);
    // Control characters and those that turn the direction of writing could forge a line of a log or of a terminal.
    return cleaned.replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]+/gu, ' ').slice(0, most);
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
      if (given === undefined) return null;
      const json = JSON.stringify(given, (_, value: unknown) =>
        typeof value === 'string' ? clean(value, MOST.text) : cleanKeys(value, clean),
      );
      // What was data before it was cleaned is so afterwards.
      return json.length > MOST.data ? null : (JSON.parse(json) as ValidatorData);
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

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return value.length < SHORTEST ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret, 'utf8');
  // Inside a longer text that was encoded whole, a secret stands at one of three offsets; its outermost characters depend on what is around it.
  const encoded = [0, 1, 2].flatMap((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const own = text.slice(offset === 0 ? 0 : offset + 1, bytes.length % 3 === (3 - offset) % 3 ? undefined : -1);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
  return [
    secret,
    ...encoded,
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
    encodeURIComponent(secret),
    JSON.stringify(secret).slice(1, -1),
    [...secret].reverse().join(''),
  ].filter((form) => form.length >= SHORTEST);
}
