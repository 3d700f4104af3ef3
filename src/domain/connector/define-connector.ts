import type { Connector, ConnectorDefinition } from './connector.ts';
import { type FieldShape, fieldMeta } from './field.ts';
import type { Validator } from './validator.ts';

const KIND = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const FIELD = /^[a-z][A-Za-z0-9]*$/;
const VALIDATOR = /^validate_[a-z0-9_]+$/;

type Fail = (what: string) => never;

/**
 * Checks the definition at load, so that a connector with a mistake never starts. Throws TypeError naming the mistake. What else the given
 * object holds, such as what a kit was told, is no part of the connector.
 */
export function defineConnector<F extends FieldShape>(definition: ConnectorDefinition<F>): Connector {
  const { kind, title, category, aliases = [], family = null, fields, rules = [], validators, describe = null } = definition;
  const { driver = null, speaks = null, tested = null, leastPrivileges = [], lead = {}, gatewayRole = null, naming = null } = definition;
  const fail: Fail = (what) => {
    throw new TypeError(`Connector "${kind}": ${what}`);
  };
  if (![kind, ...aliases].every((name) => KIND.test(name))) fail('a kind is lower-kebab.');
  checkFields(fields, '', fail);
  requireEndpoint(fields, fail);
  checkValidators(validators, fail);
  const parts = {
    kind,
    title,
    category,
    aliases,
    family,
    fields,
    rules,
    validators,
    describe,
    naming,
    driver,
    speaks,
    tested,
    leastPrivileges,
    lead,
  };
  // Details that come here were parsed by these fields, or are of a version that was.
  const connector = Object.freeze({ ...parts, gatewayRole: gatewayRole as Connector['gatewayRole'] });
  defined.add(connector);
  return connector;
}

const defined = new WeakSet<object>();

/** True for what this very module's `defineConnector` made: another copy's fields would have lost their roles here. */
export function isConnector(value: unknown): value is Connector {
  return typeof value === 'object' && value !== null && defined.has(value);
}

/** Without one, a stored secret would go wherever somebody changes the other fields to. */
function requireEndpoint(fields: FieldShape, fail: Fail): void {
  const metas = Object.entries(fields).map(([key, schema]) => ({ key, meta: fieldMeta(schema, key) }));
  const secrets = metas.flatMap(({ key, meta }) =>
    [meta, ...Object.entries(meta.members ?? {}).map(([name, schema]) => fieldMeta(schema, name))].some(({ role }) => role === 'secret')
      ? [key]
      : [],
  );
  if (secrets.length > 0 && !metas.some(({ meta }) => meta.endpoint !== null && meta.role !== 'secret'))
    fail(
      `"${secrets[0]}" is, or holds, a secret, and no setting says where it is sent. Mark those that do, such as setting(host(), { endpoint: true }) or setting(httpUrl(), { endpoint: ORIGIN }).`,
    );
  for (const { key, meta } of metas)
    if (meta.role === 'secret' && meta.endpoint !== null)
      fail(`"${key}" is a secret and can't say where secrets are sent: a setting does.`);
  for (const { key, meta } of metas)
    for (const [name, schema] of Object.entries(meta.members ?? {}))
      if (fieldMeta(schema, name).endpoint !== null)
        fail(`"${key}.${name}" stands in a group, which has its own endpoint: group(members, { endpoint: { part: ... } }).`);
}

function checkFields(fields: FieldShape, prefix: string, fail: Fail): void {
  for (const [key, schema] of Object.entries(fields)) {
    if (!FIELD.test(key)) fail(`field "${prefix}${key}" must be lowerCamelCase.`);
    const meta = fieldMeta(schema, prefix + key);
    if (meta.members !== null) {
      if (prefix !== '') fail(`group "${prefix}${key}" may not be nested in another group.`);
      checkFields(meta.members, `${key}.`, fail);
    }
  }
}

function checkValidators(validators: readonly Validator[], fail: Fail): void {
  const seen = new Set<string>();
  for (const { name, after } of validators) {
    if (!VALIDATOR.test(name)) fail(`validator "${name}" must be named validate_*.`);
    if (seen.has(name)) fail(`validator "${name}" is defined twice.`);
    for (const earlier of after)
      if (!seen.has(earlier)) fail(`validator "${name}" comes after "${earlier}", which is not listed before it.`);
    seen.add(name);
  }
  const first = validators[0];
  if (first?.name !== 'validate_connection' || !first.mandatory) fail('the first validator is the mandatory validate_connection.');
}
