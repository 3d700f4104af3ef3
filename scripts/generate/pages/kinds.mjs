import { createCatalogue } from '../../../build/connectors/catalogue.js';
import { PARITY } from '../../../build/domain/change/proof/parity.js';
import { fieldMeta } from '../../../build/domain/connector/field.js';
import { code, page, table } from '../markdown.mjs';

const kinds = createCatalogue()
  .all()
  .toSorted((a, b) => (a.kind < b.kind ? -1 : 1));

export default {
  ...page(
    'kinds',
    'Kinds',
    'What each kind of connection speaks, which driver it needs, what is checked and what it is tested with. Its page says which fields it takes, what each validator checks, and what a login needs at the least.',
    [overview()],
  ),
  ...Object.assign({}, ...kinds.map((one) => page(`kinds/${one.kind}`, `${one.title} (\`${one.kind}\`)`, leadOf(one), kind(one)))),
};

function overview() {
  return table(
    ['kind', 'speaks', 'driver', 'what is checked', 'tested with'],
    kinds.map(({ kind: name, speaks, driver, validators, tested }) => [
      `[\`${name}\`](kinds/${name}.md)`,
      speaks,
      driverOf(driver),
      validators.map(({ name: validator }) => validator.replace('validate_', '').replaceAll('_', ' ')).join(', '),
      testedWith(tested),
    ]),
  );
}

function driverOf(driver) {
  if (driver === null) return 'none';
  return `${driver.packages.map(code).join(', ')}${driver.install === null ? '' : ', optional'}`;
}

function testedWith({ against, what, client }) {
  if (against === 'server') return what;
  if (client === undefined) return `${what} (a stand-in)`;
  return client === null
    ? `${what} (a stand-in; the vendor has no client for Node or Python to point at it)`
    : `${what} (a stand-in, which the client ${code(client)} signs in to)`;
}

function leadOf({ kind: name, aliases, category, family, speaks, driver, tested }) {
  return [
    `Category: ${category}.`,
    ...(family === null ? [] : [`In the lead API it is a \`${family.kind}\` with \`${family.discriminator}: "${name}"\`.`]),
    ...(aliases.length === 0 ? [] : [`Also called ${aliases.map(code).join(', ')}.`]),
    `Speaks ${speaks}.`,
    `Driver: ${driverOf(driver)}${driver?.install == null ? '' : `, installed by \`${driver.install}\``}.`,
    `Tested with ${testedWith(tested)}. [All kinds](../kinds.md)`,
  ].join(' ');
}

function kind({ fields, rules, validators, leastPrivileges }) {
  const relations = rules.flatMap(({ relations: own = [] }) => own).map((relation) => relationOf(fields, relation));
  return [
    '## Fields',
    'A field marked *destination* says where secrets are sent: who changes it gives the secrets again.',
    table(
      ['field', 'role', 'required', 'what it is'],
      Object.entries(fields).flatMap(([key, schema]) => field(key, schema, '')),
    ),
    ...(relations.length === 0 ? [] : [relations.map((line) => `- ${line}`).join('\n')]),
    '## Validators',
    table(
      ['validator', 'runs', 'what it checks'],
      validators.map(({ name: validator, mandatory, after, description }) => [
        code(validator),
        [
          mandatory ? 'before every commit' : validator === PARITY ? 'before a commit that replaces a version' : 'when asked',
          ...(after.length === 0 ? [] : [`after ${after.map(code).join(', ')}`]),
        ].join(', '),
        description,
      ]),
    ),
    '## Least privileges',
    'What a login needs at the least. Fill in what stands in angle brackets; statements of SQL quote names as their server does.',
    `\`\`\`text\n${leastPrivileges.join('\n')}\n\`\`\``,
  ];
}

/** How an update is merged: what is given replaces what it excludes. */
function relationOf(fields, relation) {
  const named = (key) => code(fieldMeta(fields[key], key).names.lead ?? key);
  const listed = (keys, word) => new Intl.ListFormat('en', { type: word }).format(keys.map(named));
  if ('mode' in relation)
    return `${named(relation.mode)} says which fields are given: ${Object.entries(relation.ways)
      .map(([mode, keys]) => `${code(mode)} ${keys.length === 0 ? 'none' : listed(keys, 'conjunction')}`)
      .join('; ')}. Who changes it drops those of the others.`;
  if ('needs' in relation) return `${named(relation.field)} goes with ${listed(relation.needs, 'disjunction')}.`;
  return `One of ${listed(relation.ways.flat(), 'disjunction')}; in an update the one that is given replaces the one in use.`;
}

function field(key, schema, prefix) {
  const { role, endpoint, names, title, description, members } = fieldMeta(schema, prefix + key);
  const spellings = [
    ...(names.lead === undefined || names.lead === key ? [] : [`${code(names.lead)} in the lead API`]),
    ...(names.selfHosted === undefined ? [] : [`${Object.keys(names.selfHosted).map(code).join(' or ')} in a secret that stays outside`]),
  ];
  const spelling = spellings.length === 0 ? '' : ` (${spellings.join('; ')})`;
  const row = [
    `${code(prefix + key)}${spelling}`,
    endpoint === null ? role : `${role}, destination`,
    prefix === '' && !schema.safeParse(undefined).success ? 'yes' : 'no',
    description ?? title ?? '',
  ];
  return [row, ...Object.entries(members ?? {}).flatMap(([member, inner]) => field(member, inner, `${prefix}${key}.`))];
}
