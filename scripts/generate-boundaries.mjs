// Writes the overrides of biome.json from the table of layers; the rest of that file is written by hand. With --check it only compares.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compactJson } from './compact-json.mjs';
import { generatedFile, root } from './generated-file.mjs';
import { exceptions, layers, powers, roots } from './layers.mjs';

/** Each layer has a rule for its own files and one for those in its folders: what is deeper is held to the latter, which only refuses more. */
const DEPTH = 2;

const overrides = [
  // The pages are compiled for a browser, and these folders are not the product.
  {
    includes: ['src/**'],
    linter: {
      rules: {
        style: { noProcessEnv: 'error', noDefaultExport: 'error', noRestrictedGlobals: globals() },
        suspicious: { noConsole: 'error', noImportCycles: 'error' },
      },
    },
  },
  // Loaders of plug-ins and of configuration want a default export.
  {
    includes: [
      'src/connectors/*/index.ts',
      'src/connectors/packaged-module.ts',
      'src/explorer/vite.config.ts',
      'src/console/vite.config.ts',
    ],
    linter: { rules: { style: { noDefaultExport: 'off' } } },
  },
  ...roots.map(ofRoot),
  ...layers.flatMap(ofLayer),
  ...exceptions.map(ofException),
];

const biome = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'));
generatedFile('biome.json', `${compactJson({ ...biome, overrides })}\n`);

function ofRoot({ file, environment = false, console = false, ...rights }) {
  const from = `src/${file}`;
  return override([from], imports({ from, depth: 0, ...rights }), { console, environment });
}

function ofLayer({ folder, is, console = false, files = [], ...rights }) {
  const page = rights.powers.includes('browser');
  return Array.from({ length: DEPTH }, (_, index) => {
    const below = `src/${folder}${'/*'.repeat(index)}`;
    const includes = [index === DEPTH - 1 ? `${below}/**` : `${below}/*`];
    return override(includes, imports({ from: `src/${folder} (${is})`, depth: index + 1, files, ...rights }), {
      console,
      page,
      caller: folder === 'egress' || folder === 'cli',
    });
  });
}

function ofException({ file, why, ...more }) {
  const layer = layers.find(({ folder }) => file.startsWith(`${folder}/`));
  const merged = (key) => [...new Set([...(layer[key] ?? []), ...(more[key] ?? [])])];
  const rights = { layers: merged('layers'), files: merged('files'), powers: merged('powers') };
  return override([`src/${file}`], imports({ from: `src/${file} (${why})`, depth: file.split('/').length - 1, ...rights }), {
    console: layer.console,
    caller: layer.folder === 'cli',
  });
}

function override(includes, noRestrictedImports, { console = false, environment = false, page = false, caller = false }) {
  return {
    includes,
    linter: {
      rules: {
        style: {
          noRestrictedImports,
          ...(environment ? { noProcessEnv: 'off' } : {}),
          ...(page || caller ? { noRestrictedGlobals: 'off' } : {}),
        },
        ...(console ? { suspicious: { noConsole: 'off' } } : {}),
      },
    },
  };
}

function globals() {
  const message = powers.network.message;
  return {
    level: 'error',
    options: { deniedGlobals: { fetch: message, WebSocket: message, EventSource: message, XMLHttpRequest: message } },
  };
}

/** The complete rule for files that lie `depth` folders below src: what goes up out of the layer is refused unless listed. */
function imports({ from, depth, layers: allowed, files, powers: held }) {
  const up = depth === 0 ? './' : '../'.repeat(depth);
  const granted = [...files.map((file) => `${up}${file}`), ...allowed.map((layer) => `${up}${layer}/**`)];
  const names = [...allowed, ...files];
  const message = `${from} may import ${names.length === 0 ? 'nothing else of src' : `only ${names.join(', ')} of src`}; scripts/layers.mjs is the table.`;
  // A path that goes down and up again would walk around the first pattern.
  const detours =
    depth === 0 ? ['./**/../**'] : ['./**/../**', `${up}*/**/../**`, ...(depth > 1 ? [`${'../'.repeat(depth - 1)}*/**/../**`] : [])];
  const outside = depth === 0 ? ['./**', '../**'] : [`${up}**`];
  const mine = new Set(held.flatMap((power) => powers[power].modules));
  const refused = Object.entries(powers).filter(([power]) => power !== 'server' && !held.includes(power));
  return {
    level: 'error',
    options: {
      patterns: [
        { group: [...outside, ...granted.map((pattern) => `!${pattern}`)], message },
        { group: detours, message: 'Write the shortest path to the module.' },
        { group: ['changeover', 'changeover/**', '**/dist/**', '**/test/**'], message: 'Sources import sources, by their relative path.' },
        ...refused.map(([, { modules, message: whose }]) => ({
          group: modules.filter((module) => !mine.has(module)).flatMap(spellings),
          message: whose,
        })),
      ],
    },
  };
}

/** A builtin is known by two names; a package's subpaths may have several parts. */
function spellings(module) {
  return module.startsWith('node:') ? [module, module.slice(5)] : [module.replace(/\*$/, '**')];
}
