import type { FieldRelation, Rule } from '../../domain/connector/connector.ts';

type Given<K extends string> = Readonly<Partial<Record<K, unknown>>>;

/** Exactly one of these fields is given, such as the ways to log in. In an update the one that is given replaces the one in use. */
export function exactlyOne<K extends string>(first: K, ...others: readonly K[]): Rule<Given<K>> {
  const names = [first, ...others];
  const message = `give exactly one of ${listed(names)}`;
  return related([{ ways: names.map((name) => [name]) }], (details) =>
    names.filter((name) => details[name] !== undefined).length === 1 ? null : { path: first, message },
  );
}

/** Both are given, or neither. */
export function together<K extends string>(one: K, other: K): Rule<Given<K>> {
  return related(
    [
      { field: one, needs: [other] },
      { field: other, needs: [one] },
    ],
    (details) =>
      (details[one] === undefined) === (details[other] === undefined) ? null : { path: one, message: `goes together with ${other}` },
  );
}

/** The first field is only allowed together with one of the others. */
export function onlyWith<K extends string>(one: K, ...others: readonly K[]): Rule<Given<K>> {
  const message =
    others.length === 1 ? `is for ${others[0]}, which is not given` : `is for ${listed(others, 'or')}, none of which is given`;
  return related([{ field: one, needs: others }], (details) =>
    details[one] !== undefined && others.every((other) => details[other] === undefined) ? { path: one, message } : null,
  );
}

/**
 * A setting says which fields are given: all of its own way, and none that only others have. In an update whoever changes the setting drops
 * those, and whoever gives fields that only one other way has changes it.
 */
export function byMode<M extends string, K extends string>(mode: M, ways: Readonly<Record<string, readonly K[]>>): Rule<Given<M | K>> {
  return related([{ mode, ways }], (details) => {
    const chosen = String(details[mode]);
    const own = ways[chosen] ?? [];
    const missing = own.find((name) => details[name] === undefined);
    if (missing !== undefined) return { path: missing, message: `is required where ${mode} is ${chosen}` };
    const foreign = Object.values(ways)
      .flat()
      .find((name) => !own.includes(name) && details[name] !== undefined);
    if (foreign === undefined) return null;
    const owners = Object.keys(ways).filter((name) => ways[name]?.includes(foreign) === true);
    return { path: foreign, message: `belongs to ${mode} ${listed(owners)}, and ${mode} is ${chosen}` };
  });
}

/** A rule of a kind's own, with what it says of fields. */
export function related<D>(relations: readonly FieldRelation[], rule: Rule<D>): Rule<D> {
  return Object.assign(rule, { relations });
}

function listed(names: readonly string[], word = 'and'): string {
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`;
}
