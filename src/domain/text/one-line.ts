const CONTROLS = '\\u0000-\\u001f\\u007f-\\u009f';

/** What one line of text is, as JSON Schema has patterns: no control characters. */
export const ONE_LINE = `^[^${CONTROLS}]*$`;

/** The same where something is left of it once it is trimmed. */
export const SOME_LINE = `^[^${CONTROLS}]*[^\\s\\ufeff${CONTROLS}][^${CONTROLS}]*$`;

/** What the stores can keep of a text: all but NUL. */
export const NO_NUL = '^[^\\u0000]*$';

const LINE = new RegExp(ONE_LINE, 'u');

/** True of well-formed text without control characters. */
export function isOneLine(text: string): boolean {
  return text.isWellFormed() && LINE.test(text);
}
