import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ACCESS } from './mutants/access.mjs';
import { CRYPTO } from './mutants/crypto.mjs';
import { DOMAIN } from './mutants/domain.mjs';
import { EGRESS } from './mutants/egress.mjs';
import { OPERATIONS } from './mutants/operations.mjs';
import { REST } from './mutants/rest.mjs';
import { STORE_SQL } from './mutants/store.mjs';

/**
 * Bugs to seed: `before`, which stands once in `file`, or comes first behind `within`, which does, becomes `after`. `tests` are the files
 * that have to see it, and `name` a pattern of their tests' names where a file is long. One that nobody could ever see has the reason in
 * `equivalent`.
 */
export const MUTANTS = [...ACCESS, ...DOMAIN, ...OPERATIONS, ...CRYPTO, ...EGRESS, ...STORE_SQL, ...REST];

/** Those that no longer fit the tree, and why. */
export function misfits(mutants) {
  const known = new Set();
  return mutants.flatMap(({ id, file, within, before, after, tests, equivalent }) => {
    if (known.has(id)) return [`${id}: the id is taken`];
    known.add(id);
    if (before === after) return [`${id}: it changes nothing`];
    if (equivalent === undefined && !(tests?.length > 0)) return [`${id}: it names no tests`];
    const away = tests?.find((test) => textOf(test) === null && !isFolder(test));
    if (away !== undefined) return [`${id}: there is no ${away}`];
    const text = textOf(file);
    if (text === null) return [`${id}: there is no ${file}`];
    const times = (part) => text.split(part).length - 1;
    if (within !== undefined && times(within) !== 1) return [`${id}: "${within}" stands ${times(within)} times in ${file}`];
    if (within !== undefined)
      return text.indexOf(before, text.indexOf(within)) === -1 ? [`${id}: its text does not stand behind "${within}"`] : [];
    return times(before) === 1 ? [] : [`${id}: its text stands ${times(before)} times in ${file}`];
  });
}

function isFolder(path) {
  return statSync(new URL(`../../${path}`, import.meta.url), { throwIfNoEntry: false })?.isDirectory() === true;
}

function textOf(file) {
  try {
    return readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');
  } catch {
    return null;
  }
}
