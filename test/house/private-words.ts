import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Names that stood for a thing before its standard term did. docs/glossary.md says which term to use. */
export const PRIVATE_WORDS = [
  ['answer', 'once'],
  ['effort'],
  ['follow', 'reference'],
  ['house', 'keeping'],
  ['housekeeping'],
  ['keep', 'house'],
  ['made', 'before'],
  ['make', 'room'],
  ['open', 'beside'],
  ['open', 'resolved'],
  ['otherwise'],
  ['peer'],
  ['places'],
  ['pressure'],
  ['rates'],
  ['runnable'],
  ['send', 'unread'],
  ['tell', 'refusal'],
  ['turns'],
  ['victim'],
] as const;

/** The identifiers of a source text, without comments, regular expressions and the text of strings; what a template inserts counts. */
export function identifiersOf(source: string): ReadonlySet<string> {
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g, (text) =>
    text.startsWith('`') ? [...text.matchAll(/\$\{([^}]*)\}/g)].map(([, inserted]) => inserted).join(' ') : ' ',
  );
  return new Set(code.match(/[A-Za-z_$][\w$]*/g) ?? []);
}

/** `makeRoom`, `make_room` and `make-room` are the words make and room. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());
}

/** The private words in a name, joined as they are listed. */
export function privateWordsIn(name: string): readonly string[] {
  const words = wordsOf(name);
  return PRIVATE_WORDS.filter((wanted) => words.some((_, at) => wanted.every((word, index) => words[at + index] === word))).map((wanted) =>
    wanted.join(' '),
  );
}

/** Source files below a folder, by their path from there. */
export function sourcesBelow(folder: string, root = folder): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : sourcesBelow(path, root);
    return /\.(ts|tsx|mjs|cjs)$/.test(entry.name) ? [relative(root, path)] : [];
  });
}

export function readSource(root: string, path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
