/**
 * The name that a misspelt one is likeliest meant to be, or null where none is near: at most a third of its letters are wrong, those of
 * the prefix aside, which all the names have.
 */
export function nearestName<N extends string>(given: string, names: readonly N[], prefix: string): N | null {
  const own = given.slice(prefix.length);
  const ranked = names
    .map((name) => ({ name, distance: distanceOf(own, name.slice(prefix.length)) }))
    .sort((one, other) => one.distance - other.distance);
  const [first] = ranked;
  return first !== undefined && first.distance <= own.length / 3 ? first.name : null;
}

/** How many letters have to be changed, added or left out. */
function distanceOf(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [index, wanted] of [...other].entries())
      next.push(Math.min((row[index] ?? 0) + (letter === wanted ? 0 : 1), (row[index + 1] ?? 0) + 1, (next[index] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
