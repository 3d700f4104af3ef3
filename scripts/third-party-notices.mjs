import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const LICENCE = /^(licen[cs]e|notice|copying)/i;

/** The licences of the packages that these modules are of, as each asks to have them kept with every copy. Throws for a package without one. */
export function noticesOf(moduleIds) {
  const packages = new Map();
  for (const id of moduleIds) {
    const folder = packageOf(id);
    if (folder !== null) packages.set(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  }
  const notices = [...packages]
    .map(([folder, { name, version, license }]) => ({ title: `${name} ${version} (${license})`, text: licenceIn(folder, license) }))
    .sort((one, other) => (one.title < other.title ? -1 : 1));
  const lines = notices.map(({ title, text }) => `${title}\n${'-'.repeat(title.length)}\n\n${text.trim()}\n`);
  return `Changeover's files in this folder hold code of the packages below.\n\n${lines.join('\n\n')}`;
}

/** The folder of the package that a module is in: the nearest one whose package.json has a name; null for a module of ours. */
function packageOf(id) {
  if (!id.includes('node_modules') || id.startsWith('\0')) return null;
  for (let folder = dirname(id.split('?')[0]); folder.includes('node_modules'); folder = dirname(folder)) {
    const file = join(folder, 'package.json');
    if (existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).name !== undefined) return folder;
  }
  throw new Error(`no package is known that ${id} is of`);
}

function licenceIn(folder, license) {
  const files = readdirSync(folder).filter((name) => LICENCE.test(name));
  if (files.length > 0) return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n\n');
  if (typeof license === 'string') return `Licence: ${license}. The package brings no text of it.`;
  throw new Error(`${folder} says nothing of its licence`);
}
