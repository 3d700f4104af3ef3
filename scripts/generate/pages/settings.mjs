import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '../../../build/config/settings.js';
import { root } from '../../root.mjs';
import { code, page, table } from '../markdown.mjs';

const settings = table(
  ['setting', 'default', 'what it does'],
  Object.entries(SETTINGS).map(([name, { default: value, description }]) => [code(name), value === '' ? 'none' : code(value), description]),
);

export default {
  ...page(
    'settings',
    'Settings',
    'Environment variables, read once at the start. A value that cannot be used ends the start with one line that names the setting.',
    [settings],
  ),
  'README.md': readFileSync(join(root, 'README.md'), 'utf8').replace(
    /(<!-- settings: [^>]*-->\n)[\s\S]*?(<!-- \/settings -->)/,
    (_, open, close) => `${open}${settings}\n${close}`,
  ),
};
