import { isConnector } from '../domain/connector/define-connector.ts';
import { StartupError } from '../domain/errors/startup-error.ts';
import type { RegisteredConnector } from './registry.ts';

export interface PackagedConnector extends RegisteredConnector {
  readonly packageName: string;
}

/**
 * The connectors of npm packages that are installed beside Changeover: each one's default export, or all of a list of them. Never
 * looked for in the working directory. Throws StartupError naming the package and the reason.
 */
export async function loadPackages(names: readonly string[]): Promise<readonly PackagedConnector[]> {
  const loaded: PackagedConnector[] = [];
  for (const packageName of names) loaded.push(...(await loadPackage(packageName)));
  return loaded;
}

async function loadPackage(packageName: string): Promise<readonly PackagedConnector[]> {
  const moduleUrl = packagedModule(resolvePackage(packageName));
  let exported: unknown;
  try {
    exported = ((await import(moduleUrl)) as { readonly default?: unknown }).default;
  } catch (error) {
    throw refusal(packageName, `could not be loaded: ${firstLine(error)}`);
  }
  const connectors = [exported].flat();
  if (!connectors.every(isConnector) || connectors.length === 0) throw refusal(packageName, whyNot(connectors[0]));
  const inFamily = connectors.find(({ family }) => family !== null);
  if (inFamily !== undefined)
    throw refusal(packageName, `puts the kind "${inFamily.kind}" in a family, which only built-in kinds can be in`);
  const asking = connectors.find(({ gatewayRole }) => gatewayRole !== null);
  if (asking !== undefined)
    throw refusal(packageName, `lets the kind "${asking.kind}" ask for the gateway's own AWS identity, which only built-in kinds may have`);
  return connectors.map((connector) => ({ connector, moduleUrl, packageName }));
}

function packagedModule(url: string): string {
  const own = new URL('./packaged-module.js', import.meta.url);
  own.searchParams.set('of', url);
  return own.href;
}

function resolvePackage(packageName: string): string {
  try {
    return import.meta.resolve(packageName);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    throw refusal(
      packageName,
      missing ? `is not installed beside Changeover; run there: npm install ${packageName}` : 'has no main export',
    );
  }
}

function whyNot(exported: unknown): string {
  return typeof exported === 'object' && exported !== null && 'kind' in exported && 'validators' in exported
    ? 'was made with another copy of Changeover; it has to name changeover among its peerDependencies, and nowhere else'
    : 'does not export a connector; its default export has to be what defineConnector returns';
}

function firstLine(error: unknown): string {
  return error instanceof Error
    ? (error.message.split('\n')[0] ?? '').slice(0, 300).replace(/\.$/, '')
    : 'it threw something that is no error';
}

export function refusal(packageName: string, reason: string): StartupError {
  return new StartupError(`CHANGEOVER_CONNECTORS: the package "${packageName}" ${reason}.`);
}
