import { nameKey } from '../connection/names.ts';
import { PositError } from './posit-error.ts';

/** What an integration of Posit has besides a connection. It is stored with it, in plain sight: none of it is secret. */
export interface IntegrationFacts {
  readonly name: string | null;
  readonly description: string | null;
  /** What the connection was called for that name; whoever renames the connection since has given the integration another name. */
  readonly connectionName: string | null;
  readonly permissions: readonly PositPermission[];
  /** How many permissions were ever given. */
  readonly permissionsGiven: number;
}

/** Who may use an integration where not everybody may. Groups are not known here. */
export interface PositPermission {
  readonly id: string;
  readonly guid: string;
  readonly userGuid: string;
}

export const NO_FACTS: IntegrationFacts = {
  name: null,
  description: null,
  connectionName: null,
  permissions: [],
  permissionsGiven: 0,
};

/** Characters, not units of UTF-16. */
export const MOST_NAME = 255;
export const MOST_DESCRIPTION = 4096;
/** Characters of a connection's own name. */
const MOST_OWN = 200;

/** Throws PositError. Null and what is left out mean that nothing changes; an empty text is stored as such. */
export function requireTexts({ name, description }: { readonly name?: string | null; readonly description?: string | null }): void {
  if (typeof name === 'string' && [...name].length > MOST_NAME)
    throw new PositError(225, `name has at most ${MOST_NAME} characters`, { path: 'name' });
  if (typeof description === 'string' && [...description].length > MOST_DESCRIPTION)
    throw new PositError(226, `description has at most ${MOST_DESCRIPTION} characters`, { path: 'description' });
}

/** What a connection is called whose integration has this name; null where that can be no name of ours. */
export function connectionNameOf(name: string | null): string | null {
  const readable = [...nameKey((name ?? '').toWellFormed().replace(/\p{Cc}/gu, ' '))].slice(0, MOST_OWN).join('').trim();
  return readable === '' ? null : readable;
}

/** Whether somebody who is no administrator may use it. An empty list lets in everybody. */
export function mayUse({ permissions }: Pick<IntegrationFacts, 'permissions'>, tokenId: string | null): boolean {
  return permissions.length === 0 || permissions.some(({ userGuid }) => userGuid === tokenId);
}
