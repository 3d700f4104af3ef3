import type { Driver } from '../../domain/connector/connector.ts';

/**
 * Packages that stay out of an installation until a kind needs them: an optional peer dependency, by the version that the kind works
 * with. A validator imports them where it logs in, and says what to run where they are missing.
 */
export function optionalDriver(packages: Readonly<Record<string, string>>): Driver {
  const named = Object.entries(packages).map(([name, version]) => `${name}@${version}`);
  return { packages: Object.keys(packages), install: `npm install ${named.join(' ')}` };
}

/** Packages that come with Changeover. */
export function bundledDriver(...packages: readonly string[]): Driver {
  return { packages, install: null };
}
