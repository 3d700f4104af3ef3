import { createCatalogue } from '../../../dist/connectors/catalogue.js';
import { PARITY } from '../../../dist/domain/change/proof/parity.js';
import { fieldMeta } from '../../../dist/domain/connector/field.js';
import { code, page, table } from '../markdown.mjs';

const kinds = createCatalogue()
  .all()
  .toSorted((a, b) => (a.kind < b.kind ? -1 : 1));

export default page(
  'kinds',
  'Kinds',
  'What each kind of connection takes, and how it is checked. A field marked *destination* says where secrets are sent: who changes it gives the secrets again.',
  [overview(), ...kinds.flatMap(kind)],
);

function overview() {
  return table(
    ['kind', 'speaks', 'driver', 'what is checked', 'tested with'],
    kinds.map(({ kind: name, title, speaks, driver, validators, tested }) => [
      `[\`${name}\`](#${anchorOf(`${title} (${name})`)})`,
      speaks,
      driver === null ? 'none' : `${driver.packages.map(code).join(', ')}${driver.install === null ? '' : ', optional'}`,
      validators.map(({ name: validator }) => validator.replace('validate_', '').replaceAll('_', ' ')).join(', '),
      testedWith(tested),
    ]),
  );
}

function testedWith({ against, what, client }) {
  if (against === 'server') return what;
  if (client === undefined) return `${what} (a stand-in)`;
  return client === null
    ? `${what} (a stand-in; the vendor has no client for Node or Python to point at it)`
    : `${what} (a stand-in, which the client ${code(client)} signs in to)`;
}

/** As the page's readers make it of a heading. */
function anchorOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
}

function kind({ kind: name, aliases, title, category, family, fields, validators, driver }) {
  return [
    `## ${title} (\`${name}\`)`,
    [
      `Category: ${category}.`,
      ...(family === null ? [] : [`In the lead API it is a \`${family.kind}\` with \`${family.discriminator}: "${name}"\`.`]),
      ...(aliases.length === 0 ? [] : [`Also called ${aliases.map(code).join(', ')}.`]),
      ...(driver === null || driver.install === null ? [] : [`Its driver is optional: \`${driver.install}\`.`]),
    ].join(' '),
    table(
      ['field', 'role', 'required', 'what it is'],
      Object.entries(fields).flatMap(([key, schema]) => field(key, schema, '')),
    ),
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
  ];
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
