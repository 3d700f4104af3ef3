import { type Connector, foldKind } from '../domain/connector.ts';
import { builtInConnectors, type RegisteredConnector } from './registry.ts';

export interface Catalogue {
  find(kind: string): Connector | null;
  member(familyKind: string, discriminator: string): Connector | null;
  all(): readonly Connector[];
  moduleUrlOf(kind: string): string;
}

/** The connectors of this process, built in and further ones, by kind. Throws TypeError for a kind that is defined twice. */
export function createCatalogue(further: readonly RegisteredConnector[] = []): Catalogue {
  const byKind = new Map<string, RegisteredConnector>();
  for (const registered of [...builtInConnectors, ...further]) {
    const { kind } = registered.connector;
    if (byKind.has(kind)) throw new TypeError(`The kind "${kind}" is defined twice.`);
    byKind.set(kind, registered);
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
