import semver from 'semver';

/** The names of the locked packages that declare not to run on this version of Node: npm warns of each with EBADENGINE. */
export function unsupportedPackages(lockfile, node) {
  const unsupported = Object.entries(lockfile.packages)
    .filter(([path, { engines }]) => path !== '' && engines?.node !== undefined && !semver.satisfies(node, engines.node))
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length));
  return [...new Set(unsupported)].sort();
}
