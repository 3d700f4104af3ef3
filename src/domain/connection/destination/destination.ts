import type { Connector } from '../../connector/connector.ts';
import type { EndpointPart } from '../../connector/field.ts';
import { type Details, fieldsOf } from '../details/details.ts';

/** The canonical parts of where secrets are sent, from public settings alone. */
export function endpointParts(connector: Connector, settings: Details): Readonly<Record<string, EndpointPart>> {
  const parts: Record<string, EndpointPart> = { kind: connector.kind };
  for (const { key, meta } of fieldsOf(connector)) if (meta.endpoint !== null) parts[key] = meta.endpoint.part(settings[key]);
  return parts;
}

/** True when what is bound to one destination may go to the other: it is the same, or only stricter. */
export function staysThere(
  connector: Connector,
  before: Readonly<Record<string, EndpointPart>>,
  after: Readonly<Record<string, EndpointPart>>,
): boolean {
  return (
    before.kind === after.kind &&
    fieldsOf(connector).every(({ key, meta: { endpoint } }) => {
      const [from, to] = [before[key] ?? null, after[key] ?? null];
      return endpoint === null || from === to || endpoint.stricter?.(from, to) === true;
    })
  );
}
