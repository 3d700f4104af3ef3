import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VERSION = '10.15.2.0';

/** Parts of Apache Derby, and the SHA-256 of each. */
const PARTS: Readonly<Record<string, string>> = {
  derby: '3afe424625f4caea05ff2f9022be2d98634be4d69dee3529697dab6d9fe1142f',
  derbynet: '472664b8fa48552a23304cc0f4e37cd38ab66a1845b1d097ae8b9e794b852229',
  derbyshared: '55365ab97e698080c6ccec65dbf7b8c63e4b4b77ad08f794d11458b1f2ea272c',
  derbytools: '45d6dc34af9790f7f8fafb9b15d8525f3b429950fca4b4051e7e4f81f9170cd9',
};

/** Fetches Apache Derby, which speaks Db2's protocol, from Maven Central, once. */
export async function installDerby(): Promise<void> {
  const folder = fileURLToPath(new URL('../../../node_modules/.cache/changeover-derby', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const files = Object.keys(PARTS).map((part) => join(folder, `${part}-${VERSION}.jar`));
  process.env.CHANGEOVER_TEST_DERBY = files.join(':');
  for (const [index, [part, digest]] of Object.entries(PARTS).entries()) {
    const file = files[index] ?? '';
    if (existsSync(file)) continue;
    const reply = await fetch(`https://repo1.maven.org/maven2/org/apache/derby/${part}/${VERSION}/${part}-${VERSION}.jar`);
    const bytes = Buffer.from(await reply.arrayBuffer());
    if (createHash('sha256').update(bytes).digest('hex') !== digest)
      throw new Error(`${part} of Derby is not what it was (${reply.status}).`);
    writeFileSync(file, bytes);
  }
}
