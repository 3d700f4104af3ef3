import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE } from '../servers/install/programs.ts';

/** The folder of what is made from the file; an installation that was cut short is made anew. */
export function installed(name: string, source: string, make: (folder: string) => void): string {
  const digest = createHash('sha256').update(readFileSync(source)).digest('hex').slice(0, 12);
  const folder = join(CACHE, `changeover-clients-${name}-${digest}`);
  const whole = join(folder, 'installed');
  if (!existsSync(whole)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    make(folder);
    writeFileSync(whole, '');
  }
  return folder;
}
