import { type Details, identifiersOf } from '../connection/details/details.ts';
import type { Connector } from '../connector/connector.ts';

const MOST_CHARACTERS = 200;

/** The name of an integration that its maker did not name: the kind, and the first of what tells one system of that kind from another. */
export function defaultName(connector: Connector, settings: Details): string {
  const [first] = identifiersOf(connector, settings);
  const own = first === undefined ? connector.kind : `${connector.kind} ${first.value}`;
  return own.slice(0, MOST_CHARACTERS).toWellFormed();
}

/** The same name a second time, and so on: numbers begin at 2. */
export function numberedName(name: string, number: number): string {
  if (number < 2) return name;
  const suffix = ` ${number}`;
  return `${name.slice(0, MOST_CHARACTERS - suffix.length).trimEnd()}${suffix}`;
}
