/** SQL's LIKE. Each stretch between two `%` is looked for behind the one before it and never again, so no pattern is slow. */
export function matchesLike(pattern: string, name: string): boolean {
  const parts = pattern.match(/\\[%_\\]|[\s\S]/gu) ?? [];
  const sources = parts.map((part) => (part === '%' || part === '_' ? part.replace('_', '[^]') : literally(part)));
  const stretches = sources.join('').split('%');
  let at = 0;
  return stretches.every((stretch, index) => {
    const search = new RegExp(index === stretches.length - 1 ? `${stretch}$` : stretch, index === 0 ? 'uy' : 'ug');
    search.lastIndex = at;
    const found = search.test(name);
    at = search.lastIndex;
    return found;
  });
}

function literally(part: string): string {
  return `\\u{${[...part].at(-1)?.codePointAt(0)?.toString(16)}}`;
}

/** The one name that a pattern stands for, or null when it stands for several. */
export function literalOf(pattern: string): string | null {
  return /(?<!\\)[%_]/.test(pattern) ? null : pattern.replace(/\\([%_\\])/g, '$1');
}
