import { type Connector, foldKind } from '../domain/connector/connector.ts';
import { type PackagedConnector, refusal } from './load-packages.ts';
import { builtInConnectors, type RegisteredConnector } from './registry.ts';

export interface Catalogue {
  find(kind: string): Connector | null;
  member(familyKind: string, discriminator: string): Connector | null;
  all(): readonly Connector[];
  moduleUrlOf(kind: string): string;
}

/** The connectors of this process, built in and of packages, by kind. Throws StartupError for a kind of a package that is defined already. */
export function createCatalogue(packaged: readonly PackagedConnector[] = []): Catalogue {
  const byKind = new Map<string, RegisteredConnector>(builtInConnectors.map((one) => [one.connector.kind, one]));
  const families = new Set(builtInConnectors.map(({ connector }) => connector.family?.kind));
  const owners = new Map<string, string>();
  for (const registered of packaged) {
    const { kind } = registered.connector;
    if (byKind.has(kind) || families.has(kind)) {
      const owner = owners.get(kind);
      throw refusal(
        registered.packageName,
        `defines the kind "${kind}", which ${owner === undefined ? 'is built in' : `the package "${owner}" defines too`}`,
      );
    }
    byKind.set(kind, registered);
    owners.set(kind, registered.packageName);
  }
  const all = [...byKind.values()].map(({ connector }) => connector);
  return {
    // Stored kinds are folded already.
    find: (kind) => (byKind.get(kind) ?? byKind.get(foldKind(kind)))?.connector ?? null,
    member: (familyKind, discriminator) =>
      all.find(({ family, kind }) => family?.kind === foldKind(familyKind) && kind === foldKind(discriminator)) ?? null,
    all: () => all,
    moduleUrlOf(kind) {
      const found = byKind.get(kind);
      if (found === undefined) throw new TypeError(`No connector of kind "${kind}".`);
      return found.moduleUrl;
    },
  };
}
