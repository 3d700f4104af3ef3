/** A pattern that takes letters in both cases: those of JSON Schema have no flags. */
export function anyCase(pattern: string): string {
  return pattern.replace(/[a-z]/gi, (letter) => `[${letter.toUpperCase()}${letter.toLowerCase()}]`);
}
