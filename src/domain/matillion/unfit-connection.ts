import { type AuthType, authTypesOf, type PlatformType, providersOf } from './platform-types.ts';

/** What is wrong with a member, for people. It never holds a value that was sent. */
export interface Unfit {
  readonly path: string;
  readonly message: string;
}

export type Texts = Readonly<Record<string, string>>;

export interface MatillionDetails {
  readonly authProvider: string;
  readonly authType: AuthType;
  readonly connectionProperties: Texts;
}

/** Most characters of one property. */
export const MOST_CHARACTERS = 256;

/** All that is wrong with a connection of a type, in the order of its members; empty where it fits. */
export function unfitConnection(type: PlatformType, { authProvider, authType, connectionProperties }: MatillionDetails): readonly Unfit[] {
  return [...unfitAuth(type, authProvider, authType), ...unfitProperties(type, authType, connectionProperties)];
}

export function unfitAuth(type: PlatformType, provider: string, authType: AuthType): readonly Unfit[] {
  const allowed = authTypesOf(type, provider);
  if (allowed.length === 0)
    return [{ path: 'authProvider', message: `must be one of ${(providersOf(type) ?? []).join(', ')} for ${type}` }];
  if (allowed.includes(authType)) return [];
  return [{ path: 'authType', message: `must be one of ${allowed.join(', ')} for ${type} with this authProvider` }];
}

/** Names of secrets and of their members: what closed ways to authenticate have. */
const CLOSED: Readonly<Partial<Record<AuthType, readonly string[]>>> = {
  GENERIC_SECRET: ['secretName', 'secretKey', 'credentialSecretName'],
  CLOUD_PROVIDER_SECRET: ['credentialSecretName'],
};

export function unfitProperties(type: PlatformType, authType: AuthType, properties: Texts): readonly Unfit[] {
  const path = (name: string) => `connectionProperties.${shown(name)}`;
  const lengths = Object.entries(properties).flatMap(([name, value]) =>
    value.length >= 1 && value.length <= MOST_CHARACTERS
      ? []
      : [{ path: path(name), message: `must have 1 to ${MOST_CHARACTERS} characters` }],
  );
  const closed = closedProperties(type, authType);
  if (closed === undefined)
    return [
      ...lengths,
      ...Object.keys(properties)
        .filter(holdsValue)
        .map((name) => asksForName(path(name))),
    ];
  const unknown = Object.keys(properties).filter((name) => !closed.includes(name));
  const needed = neededOf(closed);
  return [
    ...lengths,
    ...unknown.map((name) => ({
      path: path(name),
      message: `is not known here; ${closed.join(', ')} ${closed.length === 1 ? 'is' : 'are'}`,
    })),
    ...(needed.some((name) => Object.hasOwn(properties, name))
      ? []
      : [
          {
            path: `connectionProperties.${needed[0]}`,
            message: `is required${needed.length === 1 ? '' : `, or ${needed.slice(1).join(', ')}`}`,
          },
        ]),
  ];
}

/** The only properties that there are, of which `neededOf` needs one; undefined where any may be. */
export function closedProperties(type: PlatformType, authType: AuthType): readonly string[] | undefined {
  return type === 'DWH' ? undefined : CLOSED[authType];
}

export function neededOf(closed: readonly string[]): readonly string[] {
  return closed.filter((name) => name !== 'secretKey');
}

function asksForName(path: string): Unfit {
  return { path, message: 'looks like a secret itself; give the name of a secret instead, in a member that ends in Name' };
}

export const SECRET = /password|passphrase|privateKey|accessToken|refreshToken|clientSecret/i;

/** How names of what is kept elsewhere end. */
export const NAMING = /(?:Name|Id|Reference)$/;

/** Whether a member is called like a secret, and not like the name of one. */
function holdsValue(name: string): boolean {
  return SECRET.test(name) && !NAMING.test(name);
}

/** Whether what a member holds is the name of a secret: `secretName`, `clientSecretName`, `passwordName`. */
export function namesSecret(name: string): boolean {
  return /secretName$/i.test(name) || (SECRET.test(name) && name.endsWith('Name'));
}

/** Whether it is the name of one of the project's secret references: `secretReference`, `passwordReference`. */
export function namesReference(name: string): boolean {
  return /secretReference$/i.test(name) || (SECRET.test(name) && name.endsWith('Reference'));
}

/** A name that its caller made up is repeated only where it looks like one: it could be a value that slipped into the wrong place. */
export function shown(name: string): string {
  return /^[A-Za-z]\w{0,63}$/.test(name) ? name : '?';
}
