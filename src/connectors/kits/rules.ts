import type { Rule } from '../../domain/connector/connector.ts';

type Given<K extends string> = Readonly<Partial<Record<K, unknown>>>;

/** Exactly one of these fields is given, such as the ways to log in. */
export function exactlyOne<K extends string>(first: K, ...others: readonly K[]): Rule<Given<K>> {
  const names = [first, ...others];
  const message = `give exactly one of ${names.slice(0, -1).join(', ')} and ${names.at(-1)}, and clear the one in use with null`;
  return (details) => (names.filter((name) => details[name] !== undefined).length === 1 ? null : { path: first, message });
}

/** Both are given, or neither. */
export function together<K extends string>(one: K, other: K): Rule<Given<K>> {
  return (details) =>
    (details[one] === undefined) === (details[other] === undefined) ? null : { path: one, message: `goes together with ${other}` };
}

/** The first field is only allowed together with the second. */
export function onlyWith<K extends string>(one: K, other: K): Rule<Given<K>> {
  return (details) =>
    details[one] !== undefined && details[other] === undefined ? { path: one, message: `is for ${other}, which is not given` } : null;
}
