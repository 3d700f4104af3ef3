import { type Connector, foldKind } from '../domain/connector/connector.ts';
import { type PackagedConnector, refusal } from './load-packages.ts';
import { builtInConnectors, type RegisteredConnector } from './registry.ts';

export interface Catalogue {
  find(kind: string): Connector | null;
  member(familyKind: string, discriminator: string): Connector | null;
  all(): readonly Connector[];
  moduleUrlOf(kind: string): string;
}

/** The connectors of this process, built in and of packages, by kind and by its aliases. Throws StartupError for a name that a package defines again. */
export function createCatalogue(packaged: readonly PackagedConnector[] = []): Catalogue {
  const byName = new Map<string, RegisteredConnector>(builtInConnectors.flatMap(named));
  const families = new Set(builtInConnectors.map(({ connector }) => connector.family?.kind));
  const owners = new Map<string, string>();
  for (const registered of packaged) {
    for (const [name, one] of named(registered)) {
      if (byName.has(name) || families.has(name)) {
        const owner = owners.get(name);
        throw refusal(
          registered.packageName,
          `defines the kind "${name}", which ${owner === undefined ? 'is built in' : `the package "${owner}" defines too`}`,
        );
      }
      byName.set(name, one);
      owners.set(name, registered.packageName);
    }
  }
  const all = [...new Set(byName.values())].map(({ connector }) => connector);
  return {
    // Stored kinds are folded already.
    find: (kind) => (byName.get(kind) ?? byName.get(foldKind(kind)))?.connector ?? null,
    member: (familyKind, discriminator) =>
      all.find(({ family, kind }) => family?.kind === foldKind(familyKind) && kind === foldKind(discriminator)) ?? null,
    all: () => all,
    moduleUrlOf(kind) {
      const found = byName.get(kind);
      if (found === undefined) throw new TypeError(`No connector of kind "${kind}".`);
      return found.moduleUrl;
    },
  };
}

function named(one: RegisteredConnector): readonly (readonly [string, RegisteredConnector])[] {
  return [one.connector.kind, ...one.connector.aliases].map((name) => [name, one] as const);
}
