import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CACHE, run } from './programs.ts';

const VERSION = '3.5.7';

/** Starts the servers; compiled here, since what Spark brings has no way to check a password without a class of one's own. */
const SOURCE = fileURLToPath(new URL('../spark/SparkThriftServers.java', import.meta.url));

/** Fetches Apache Spark from PyPI by this pip, once: some 320 MB, of which its Java archives are kept. */
export function installSpark(pip: string): void {
  const folder = `${CACHE}/changeover-spark-${VERSION}`;
  if (!existsSync(folder)) unpack(pip, folder);
  const archives = readdirSync(join(folder, 'jars')).map((name) => join(folder, 'jars', name));
  const digest = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 12);
  const classes = join(folder, `classes-${digest}`);
  process.env.CHANGEOVER_TEST_SPARK = [classes, ...archives].join(':');
  if (existsSync(classes)) return;
  // The compiler is there in a Java that is only for running, by its module alone.
  const compiler = ['-m', 'jdk.compiler/com.sun.tools.javac.Main', '-proc:none', '-cp', archives.join(':')];
  run('java', [...compiler, '-d', `${classes}.fresh`, SOURCE]);
  renameSync(`${classes}.fresh`, classes);
}

function unpack(pip: string, folder: string): void {
  const fresh = `${folder}.fresh`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  run(pip, ['download', '--quiet', '--disable-pip-version-check', '--no-deps', '--dest', fresh, `pyspark==${VERSION}`]);
  const archive = join(fresh, `pyspark-${VERSION}.tar.gz`);
  run('tar', ['--extract', '--file', archive, '--directory', fresh, '--strip-components=2', `pyspark-${VERSION}/deps/jars`]);
  rmSync(archive);
  renameSync(fresh, folder);
}
