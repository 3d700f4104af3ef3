/** What Matillion calls the ways to authenticate; its documentation had two of them first, then five, and all of these now. */
export const AUTH_TYPES = [
  'GENERIC_SECRET',
  'CLOUD_PROVIDER_SECRET',
  'OAUTH_CLIENT_CRED',
  'OAUTH_USER_TOKENS',
  'OAUTH_AUTHORIZATION_CODE',
  'COMPOSITE_TOKEN',
  'OAUTH_1_0_X_ADS',
] as const;
export type AuthType = (typeof AUTH_TYPES)[number];

/** Each is a kind of ours. */
export const PLATFORM_TYPES = ['COMPONENT_BASIC', 'CLOUD_PLATFORM_CREDENTIALS', 'DWH'] as const;
export type PlatformType = (typeof PLATFORM_TYPES)[number];

export function kindOfPlatformType(type: PlatformType): string {
  return `matillion-${type.toLowerCase().replaceAll('_', '-')}`;
}

export const MATILLION_KINDS: readonly string[] = PLATFORM_TYPES.map(kindOfPlatformType);

/** Null for a kind that is none of Matillion's. */
export function platformTypeOfKind(kind: string): PlatformType | null {
  return PLATFORM_TYPES.find((type) => kindOfPlatformType(type) === kind) ?? null;
}

/** Whom a connection of a type may authenticate with, and how: null stands for anybody, or for any way. */
interface AllowedAuth {
  readonly provider: string | null;
  readonly types: readonly AuthType[] | null;
}

const ALLOWED: Readonly<Record<PlatformType, readonly AllowedAuth[]>> = {
  // The first line that names the provider holds.
  COMPONENT_BASIC: [
    { provider: 'NONE', types: ['GENERIC_SECRET'] },
    { provider: 'netsuite', types: ['COMPOSITE_TOKEN'] },
    { provider: 'x-ads', types: ['OAUTH_1_0_X_ADS'] },
    { provider: null, types: ['OAUTH_CLIENT_CRED', 'OAUTH_USER_TOKENS', 'OAUTH_AUTHORIZATION_CODE'] },
  ],
  CLOUD_PLATFORM_CREDENTIALS: ['aws', 'gcp', 'azure'].map((provider) => ({ provider, types: ['CLOUD_PROVIDER_SECRET'] })),
  DWH: [{ provider: null, types: null }],
};

/** The ways in which a connection of a type may authenticate with a provider; empty for a provider that the type does not have. */
export function authTypesOf(type: PlatformType, provider: string): readonly AuthType[] {
  const allowed = ALLOWED[type].find((one) => one.provider === null || one.provider === provider);
  return allowed === undefined ? [] : (allowed.types ?? AUTH_TYPES);
}

/** Each provider that a type tells from others, and null for all others, with the ways to authenticate. */
export function waysOf(type: PlatformType): readonly { readonly provider: string | null; readonly types: readonly AuthType[] }[] {
  return ALLOWED[type].map(({ provider, types }) => ({ provider, types: types ?? AUTH_TYPES }));
}

/** Providers of a type where it has a closed list of them. */
export function providersOf(type: PlatformType): readonly string[] | null {
  const providers = ALLOWED[type].map(({ provider }) => provider);
  return providers.includes(null) ? null : providers.filter((provider) => provider !== null);
}
