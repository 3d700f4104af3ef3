import { canonicalJson } from '../json/canonical-json.ts';

/** What dialects keep with a version, each under its own name. It is versioned like the settings, never a secret, and reaches no driver. */
export type Facets = Readonly<Record<string, unknown>>;

/** Those of a version with what is given laid over it: of a dialect that gives some, all of them. */
export function withFacets(before: Facets, given: Facets = {}): Facets {
  return { ...before, ...given };
}

/** Names of those that differ, as a change lists them beside its fields. */
export function changedFacets(before: Facets, after: Facets): readonly string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => canonicalJson(before[name] ?? null) !== canonicalJson(after[name] ?? null))
    .map((name) => `${PREFIX}${name}`);
}

/** Whether a field that a change lists is one of these. */
export function isFacetField(name: string): boolean {
  return name.startsWith(PREFIX);
}

const PREFIX = 'facets.';
