import { styleText } from 'node:util';
import stringWidth from 'string-width';

/** What a command prints: a table or lines for people, one JSON value for machines. */
export interface Output {
  readonly json: boolean;
}

/** Control characters, line separators and marks that turn the writing direction. */
const UNSAFE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** Terminal escapes and line breaks in stored names must not move the reader's cursor. */
export function safeText(value: unknown): string {
  const text = value === null || value === undefined ? '-' : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(UNSAFE, '?');
}

/** One line of JSON that is safe to look at: what a terminal would obey is escaped, and reads back as it was. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

export function print({ json }: Output, value: unknown, lines: () => readonly string[]): void {
  process.stdout.write(
    json
      ? jsonLine(value)
      : lines()
          .map((line) => `${line}\n`)
          .join(''),
  );
}

/** In colour on a terminal that shows colours, unless NO_COLOR is set: `hasColors` asks for both. */
export function styled(format: 'green' | 'red' | 'yellow' | 'bold', text: string, stream: NodeJS.WriteStream = process.stdout): string {
  return stream.isTTY && stream.hasColors() ? styleText(format, text) : text;
}

/** A time for people: whole seconds of UTC. */
export function shortTime(time: string | null): string {
  return time === null ? '-' : `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')}Z`;
}

/** Columns as wide as their widest cell on the screen, the header first. */
export function table(header: readonly string[], rows: readonly (readonly unknown[])[]): readonly string[] {
  if (rows.length === 0) return ['(none)'];
  const cells = [header, ...rows.map((row) => row.map(safeText))];
  const widths = header.map((_, column) => Math.max(...cells.map((row) => stringWidth(row[column] ?? ''))));
  return cells.map((row, index) => {
    const line = row
      .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - stringWidth(cell))))
      .join('  ')
      .trimEnd();
    return index === 0 ? styled('bold', line) : line;
  });
}
