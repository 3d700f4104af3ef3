import type { Connector, FieldRelation } from '../../connector/connector.ts';
import { type Details, fieldsOf, isPlainObject } from './details.ts';

/**
 * Lays changes over a base: absent keeps, `null` clears, a value sets; a group is replaced whole and `{}` clears it, unless its members
 * are merged like fields (`mergesGroups`). Of ways that exclude each other the one that is given replaces the one in use, with all that belongs to that alone.
 */
export function mergeDetails(
  connector: Connector,
  base: Details,
  changes: Details,
  { mergesGroups = false }: { readonly mergesGroups?: boolean } = {},
): Details {
  const merged: Record<string, unknown> = Object.assign({}, base);
  for (const { key, meta } of fieldsOf(connector)) {
    if (!Object.hasOwn(changes, key)) continue;
    const value = mergesGroups && isPlainObject(changes[key]) ? { ...groupOf(base[key]), ...changes[key] } : changes[key];
    const clears =
      value === null ||
      (meta.members !== null && isPlainObject(value) && Object.values(value).every((member) => member === null || member === undefined));
    if (clears) delete merged[key];
    else merged[key] = meta.members !== null && isPlainObject(value) ? withoutNulls(value) : value;
  }
  return replaceWays(connector, merged, changes);
}

function groupOf(value: unknown): Record<string, unknown> {
  return isPlainObject(value) ? value : {};
}

function withoutNulls(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null && member !== undefined));
}

type ModeRelation = Extract<FieldRelation, { readonly mode: string }>;
type IsGiven = (key: string) => boolean;

/** A change that gives two ways at once replaces nothing: the rule refuses it. */
function replaceWays(connector: Connector, merged: Details, changes: Details): Details {
  const next: Record<string, unknown> = Object.assign({}, merged);
  const isGiven: IsGiven = (key) => Object.hasOwn(changes, key) && next[key] !== undefined;
  const relations = connector.rules.flatMap(({ relations: own = [] }) => own);
  const replaced = new Set<string>();
  const drop = (key: string) => {
    replaced.add(key);
    delete next[key];
  };
  for (const relation of relations) {
    if ('mode' in relation && !Object.hasOwn(changes, relation.mode)) Object.assign(next, impliedMode(relation, next, isGiven));
    for (const key of othersThan(relation, next, isGiven)) if (!isGiven(key)) drop(key);
  }
  const bonds = relations.filter((relation) => 'needs' in relation);
  const isOrphan = ({ field, needs }: (typeof bonds)[number]) =>
    next[field] !== undefined && !isGiven(field) && needs.every((key) => next[key] === undefined) && needs.some((key) => replaced.has(key));
  for (let orphan = bonds.find(isOrphan); orphan !== undefined; orphan = bonds.find(isOrphan)) drop(orphan.field);
  return next;
}

/** The mode that what is given says by itself, where only one has all of it and the one in use does not. */
function impliedMode({ mode, ways }: ModeRelation, next: Details, isGiven: IsGiven): Details {
  const current = ways[String(next[mode])];
  const given = [...new Set(Object.values(ways).flat())].filter(isGiven);
  if (current === undefined || given.every((key) => current.includes(key))) return {};
  const [found, ...others] = Object.entries(ways).filter(([, fields]) => given.every((key) => fields.includes(key)));
  return found === undefined || others.length > 0 ? {} : { [mode]: found[0] };
}

/** Fields of the ways that are not taken. */
function othersThan(relation: FieldRelation, next: Details, isGiven: IsGiven): readonly string[] {
  if ('needs' in relation) return [];
  const all = Object.values(relation.ways).flat();
  if ('mode' in relation) {
    const taken = relation.ways[String(next[relation.mode])];
    return taken === undefined ? [] : all.filter((key) => !taken.includes(key));
  }
  const [taken, ...more] = relation.ways.filter((way) => way.some(isGiven));
  return taken === undefined || more.length > 0 ? [] : all.filter((key) => !taken.includes(key));
}
