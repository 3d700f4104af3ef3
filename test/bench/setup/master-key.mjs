import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

export function writeMasterKey(file) {
  writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return file;
}
