import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSchema, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { createCommandLine } from '../../src/cli/command-line.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { createCatalogue } from '../../src/connectors/catalogue.ts';
import { AUDIT_ACTIONS } from '../../src/domain/audit/audit-actions.ts';
import { VALIDATION_CODES } from '../../src/domain/connector/validation.ts';
import { ERROR_CODES } from '../../src/domain/errors/errors.ts';
import { LOG_EVENTS, LOG_FIELDS } from '../../src/log-events.ts';
import { METRICS } from '../../src/server/observation/metric-table.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(read('package.json'));

const pages = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md', ...['decisions', 'reference', 'guide'].flatMap(pagesOf)];

function pagesOf(folder: string): readonly string[] {
  if (!existsSync(join(root, 'docs', folder))) return [];
  return readdirSync(join(root, 'docs', folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.includes('.'))
    .map((name) => `docs/${folder}/${name}`);
}

/** Every way of calling the command line, as words. */
function commandsOf(command: ReturnType<typeof createCommandLine>, path: string): readonly string[] {
  return command.commands.flatMap((sub) =>
    sub.commands.length > 0 ? commandsOf(sub, `${path} ${sub.name()}`) : [`${path} ${sub.name()}`],
  );
}

const commands = commandsOf(createCommandLine(), 'changeover');

/** Options of a command as it is written in a page that the command does not have. */
function unknownOptions(line: string): readonly string[] {
  const words = line.trim().split(/\s+/);
  let command = createCommandLine();
  for (const word of words) command = command.commands.find((sub) => sub.name() === word) ?? command;
  const known = command.options.map(({ long }) => long);
  return words.filter((word) => /^--[a-z]/.test(word)).filter((word) => word !== '--help' && !known.includes(word.split('=')[0] ?? ''));
}

describe('the reference', () => {
  test.each([
    ['settings', 'settings.md', Object.keys(SETTINGS)],
    ['error codes', 'error-codes.md', Object.keys(ERROR_CODES)],
    ['codes of validations', 'error-codes.md', Object.keys(VALIDATION_CODES)],
    ['commands', 'cli.md', commands],
    ['metrics', 'metrics.md', Object.keys(METRICS)],
    ['audit actions', 'audit-actions.md', Object.keys(AUDIT_ACTIONS)],
    ['log lines', 'log.md', Object.keys(LOG_EVENTS)],
    ['fields of log lines', 'log.md', Object.keys(LOG_FIELDS)],
  ])('documents all %s', (_, page, names) => {
    const text = read(`docs/reference/${page}`);
    expect(names.filter((name) => !text.includes(`\`${name}`))).toEqual([]);
  });
});

describe('the page of a kind', () => {
  const kinds = createCatalogue().all();

  test('is there for each, and for no other', () => {
    const names = pagesOf('reference').flatMap((page) => /\/kinds\/(.+)\.md$/.exec(page)?.[1] ?? []);
    expect(names.toSorted()).toEqual(kinds.map(({ kind }) => kind).toSorted());
  });

  test.each(kinds)(
    'of $kind tells its fields, what each validator checks, its driver, what a login needs, and how it is tested',
    (connector) => {
      const text = read(`docs/reference/kinds/${connector.kind}.md`);
      const told = [
        ...Object.keys(connector.fields).map((name) => `| \`${name}\``),
        ...connector.validators.flatMap(({ name, description }) => [`\`${name}\``, description.replaceAll('|', '\\|')]),
        ...(connector.driver?.packages ?? []),
        ...connector.leastPrivileges,
        connector.tested?.what ?? 'tested with nothing',
      ];
      expect({ untold: told.filter((part) => !text.includes(part)), needs: connector.leastPrivileges.length > 0 }).toEqual({
        untold: [],
        needs: true,
      });
    },
  );
});

describe('the guide to the lead API', () => {
  test('has every operation of the published schema in its table', () => {
    const text = read('docs/guide/lead-api.md');
    const schema = buildSchema(read('schema/schema.graphql'));
    const names = [schema.getQueryType(), schema.getMutationType()].flatMap((type) => Object.keys(type?.getFields() ?? {}));
    expect(names.filter((name) => !text.includes(`| \`${name}\` |`))).toEqual([]);
  });
});

describe('the pages', () => {
  test('the README begins with the two commands and names the command that tests', () => {
    expect({ start: /^npm ci\nnpm start$/m.test(read('README.md')), test: /^npm test$/m.test(read('README.md')) }).toEqual({
      start: true,
      test: true,
    });
  });

  const schema = buildSchema(read('schema/schema.graphql'));
  const requestsOf = (page: string) => [...read(page).matchAll(/^ask '([^']+)'$/gm)].map(([, document = '']) => document);

  test.each([
    ['README.md', 6],
    ['docs/guide/first-rotation.md', 2],
  ])('every request in %s is valid in the published schema', (page, count) => {
    const requests = requestsOf(page);
    const errors = requests.flatMap((document) => validate(schema, parse(document)).map(({ message }) => message));
    expect({ count: requests.length, errors }).toEqual({ count, errors: [] });
  });

  test.each(pages)('%s links to files that exist', (page) => {
    const targets = [...read(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
    expect(targets.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });

  test.each(pages)('%s names only npm scripts and commands that exist', (page) => {
    const named = [...read(page).matchAll(/npm run (?:--silent )?([\w:-]+)/g)]
      .map(([, name = '']) => name)
      .filter((name) => !Object.hasOwn(scripts, name));
    const called = [...read(page).matchAll(/(?:npx |`)(changeover(?: [a-z][a-z-]+)+)/g)]
      .map(([, words = '']) => words)
      .filter((words) => !commands.some((known) => words === known || words.startsWith(`${known} `)));
    expect({ named, called }).toEqual({ named: [], called: [] });
  });

  test.each(pages)('%s gives commands only options that they have, and names only settings that exist', (page) => {
    const text = read(page).replaceAll('\\\n', ' ');
    const options = [...text.matchAll(/npx changeover ([^\n`|]+)/g)].flatMap(([, line = '']) => unknownOptions(line));
    const settings = [...text.matchAll(/\bCHANGEOVER_[A-Z_]+/g)]
      .map(([name]) => name)
      .filter((name) => !/^CHANGEOVER_(TEST|SECRET)_/.test(name) && !Object.hasOwn(SETTINGS, name));
    expect({ options, settings }).toEqual({ options: [], settings: [] });
  });

  test('decisions are numbered without a gap, and each says context, choice and consequences', () => {
    const decisions = pagesOf('decisions')
      .filter((page) => !page.endsWith('README.md'))
      .sort();
    const wrong = decisions.filter((page, index) => {
      const number = String(index + 1).padStart(4, '0');
      return (
        !page.startsWith(`docs/decisions/${number}-`) ||
        !read(page).startsWith(`# ${number}: `) ||
        !/^## Context$[\s\S]*^## Choice$[\s\S]*^## Consequences$/m.test(read(page))
      );
    });
    expect(wrong).toEqual([]);
  });
});
