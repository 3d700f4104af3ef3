import { z } from 'zod';
import { GUID } from '../../domain/posit/permissions.ts';
import { PositError } from '../../domain/posit/posit-error.ts';
import type { ReceivedBody } from '../kit/http/received-body.ts';
import { creation, FIXED, IGNORED, update } from './shapes/requests.ts';

type Members = Readonly<Record<string, unknown>>;

/** The guid of a path. Throws PositError for what is none. */
export function readGuid({ guid = '' }: Readonly<Record<string, string>>): string {
  if (!GUID.test(guid.toLowerCase())) throw new PositError(3, 'the guid in the path is not a UUID', { path: 'guid' });
  return guid.toLowerCase();
}

/** R sends an empty list as an empty array. Throws BAD_REQUEST for what is not JSON, PositError for what is no object. */
export function readMembers(body: ReceivedBody): Members {
  const value = body.json();
  if (Array.isArray(value) && value.length === 0) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PositError(87, 'the body must be one JSON object');
  return value as Members;
}

export function readCreation(members: Members): z.output<typeof creation> {
  return readAs(creation, members);
}

/** What the update is about now, which clients may send back. */
export type Shown = Readonly<Record<(typeof FIXED)[number], string>>;

/** Throws PositError for a member of the wrong type, or that is not known; and for one that can't be changed and has another value. */
export function readUpdate(members: Members, shown: Shown): z.output<typeof update> {
  const fixed: ReadonlyMap<string, unknown> = new Map(FIXED.map((name) => [name, shown[name]]));
  const ignored: ReadonlySet<string> = new Set(IGNORED);
  const changeable = Object.fromEntries(Object.entries(members).filter(([name]) => !fixed.has(name) && !ignored.has(name)));
  const read = readAs(update, changeable, (name) => Object.hasOwn(update.shape, name));
  for (const [name, value] of Object.entries(members))
    if (fixed.has(name) && value !== null && value !== fixed.get(name))
      throw new PositError(name === 'template' ? 229 : 53, `${name} of an integration can't be changed`, { path: name });
  const unknown = Object.keys(changeable).find((name) => !Object.hasOwn(update.shape, name));
  if (unknown !== undefined) throw notKnown(unknown);
  return read;
}

function readAs<T extends z.ZodObject>(shape: T, members: Members, isKnown: (name: string) => boolean = () => true): z.output<T> {
  const read = shape.safeParse(Object.fromEntries(Object.entries(members).filter(([name]) => isKnown(name))));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  if (issue?.code === 'unrecognized_keys') throw notKnown(issue.keys[0] ?? '', issue.path);
  throw new PositError(87, `${issue?.path.join('.')} has the wrong type`, { path: issue?.path.join('.') ?? 'body' });
}

/** A name that a caller made up is repeated only where it looks like one: it could be a value in the wrong place. */
function notKnown(name: string, path: readonly PropertyKey[] = []): PositError {
  const shown = [...path.map(String), /^[A-Za-z]\w{0,62}$/.test(name) ? name : '?'].join('.');
  return new PositError(87, `the member '${shown}' is not known here`, { path: shown });
}

const ASSOCIATIONS = z.array(z.looseObject({ oauth_integration_guid: z.unknown().optional() }));

/** Null stands for what is no guid at all. Throws PositError for what is no array of objects. */
export function readAssociations(body: ReceivedBody): readonly (string | null)[] {
  const read = ASSOCIATIONS.safeParse(body.json());
  if (!read.success) throw new PositError(87, 'the body must be an array of objects with oauth_integration_guid');
  return read.data.map(({ oauth_integration_guid: guid }) => (typeof guid === 'string' ? guid : null));
}
