import { doubleQuoted } from './sql-session.ts';

/** Names as the standard has them: one without quotes is upper case, and one in quotes is as it is. */
const PART = /[A-Z_][A-Z0-9_$]*|"(?:[^"]|"")*"/;
const NAME = new RegExp(`^(?:${PART.source})(?:\\.(?:${PART.source}))*$`);

/** What somebody gave as a name, in quotes. */
export function identifier(name: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_$]*$/.test(name)) return `"${name.toUpperCase()}"`;
  return doubleQuoted(unquoted(name));
}

/** A name as it is, whether or not it is given in quotes. */
export function unquoted(name: string): string {
  return /^"((?:[^"]|"")*)"$/.exec(name)?.[1]?.replaceAll('""', '"') ?? name;
}

/** A name that a server lists with quotes where these are needed; what is no name as it stands is quoted here. */
export function listedName(name: string): string {
  return NAME.test(name) ? name : doubleQuoted(name);
}

/** The parts of a qualified name that a server lists; none of what is no name, such as a function with its arguments. */
export function partsOf(name: string): readonly string[] {
  return NAME.test(name) ? (name.match(new RegExp(PART, 'g')) ?? []) : [];
}
