import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** Where a file imports from: another file below src (`null` for a package), as it is written. */
export interface Import {
  readonly specifier: string;
  /** Path below src; null for a package or a builtin module. */
  readonly file: string | null;
}

/** Every file below src, by its path there, with what it imports; type imports are imports. */
export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

const IMPORT = /(?:^|[\s;}])(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** Reads the sources of a folder. Comments are left out: they may hold code that is no import. */
export function readImportGraph(src: string): ImportGraph {
  const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(src, file), 'utf8'))]));
}

export function importsOf(path: string, text: string): readonly Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(IMPORT)].map(([, statement, call]) => {
    const specifier = statement ?? call ?? '';
    return { specifier, file: specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : null };
  });
}

/** The groups of files that import each other, each sorted, by Tarjan's algorithm; empty when there is no cycle. */
export function cyclesOf(graph: ImportGraph): readonly (readonly string[])[] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string): number => {
    const own = index.size;
    index.set(file, own);
    lowest.set(file, own);
    open.push(file);
    for (const { file: next } of graph.get(file) ?? []) {
      if (next === null || !graph.has(next)) continue;
      const reached = index.has(next) ? (open.includes(next) ? (index.get(next) ?? own) : own) : visit(next);
      lowest.set(file, Math.min(lowest.get(file) ?? own, reached));
    }
    if (lowest.get(file) === own) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || graph.get(file)?.some((imported) => imported.file === file) === true) cycles.push(group.sort());
    }
    return lowest.get(file) ?? own;
  };
  for (const file of graph.keys()) if (!index.has(file)) visit(file);
  return cycles;
}
