import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACCESS } from './mutants/access.mjs';
import { CRYPTO } from './mutants/crypto.mjs';
import { DOMAIN } from './mutants/domain.mjs';
import { EGRESS } from './mutants/egress.mjs';
import { OPERATIONS } from './mutants/operations.mjs';
import { STORE_SQL } from './mutants/store.mjs';

/**
 * Bugs to seed: `before` stands once in `file`, and becomes `after`. `tests` are the files that have to see it, and `name` a part of
 * their tests' names where a file is long. One that nobody could ever see has the reason in `equivalent`.
 */
export const MUTANTS = [...ACCESS, ...DOMAIN, ...OPERATIONS, ...CRYPTO, ...EGRESS, ...STORE_SQL];

/** Those that no longer fit the tree, and why. */
export function misfits(mutants) {
  const known = new Set();
  return mutants.flatMap(({ id, file, before, after, tests, equivalent }) => {
    if (known.has(id)) return [`${id}: the id is taken`];
    known.add(id);
    if (before === after) return [`${id}: it changes nothing`];
    if (equivalent === undefined && !(tests?.length > 0)) return [`${id}: it names no tests`];
    try {
      const found = readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8').split(before).length - 1;
      return found === 1 ? [] : [`${id}: its text stands ${found} times in ${file}`];
    } catch {
      return [`${id}: there is no ${file}`];
    }
  });
}
