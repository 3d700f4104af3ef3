import { z } from 'zod';
import { foldKind } from '../../domain/connector/connector.ts';
import { listConnectors } from '../documents/documents.ts';
import type { Gateway } from '../gateway/transport.ts';
import { UsageError } from '../usage-error.ts';
import { askSecret, readSecretsFromStdin } from './read-secrets.ts';

/** The part of JSON Schema that the catalogue of kinds uses. `properties` of a property are the members of a group. */
const property = z.object({
  type: z.string().optional().catch(undefined),
  writeOnly: z.boolean().optional(),
  get properties() {
    return z.record(z.string(), property).optional();
  },
  required: z.array(z.string()).optional(),
});
const jsonSchema = z.object({ properties: z.record(z.string(), property), required: z.array(z.string()).optional() });

type Property = z.infer<typeof property>;
type JsonSchema = z.infer<typeof jsonSchema>;

export interface GivenDetails {
  /** Settings by the names of the kind's fields. */
  readonly set: Readonly<Record<string, string>>;
  /** Settings of the version in use: the other members of a group of which some are given. */
  readonly stored?: Readonly<Record<string, unknown>>;
  readonly secretsStdin: boolean;
  /** A secret to ask for on the terminal. */
  readonly secret?: string | undefined;
  /** Whether these are all details of a new connection, instead of what changes. */
  readonly complete: boolean;
}

/** Settings from `--set`, typed by the kind's schema, and secrets from standard input or the terminal. */
export async function readDetails(gateway: Gateway, kind: string, given: GivenDetails): Promise<Readonly<Record<string, unknown>>> {
  const { properties, required = [] } = await schemaOf(gateway, kind);
  const known = (secret: boolean) => Object.keys(properties).filter((name) => (properties[name]?.writeOnly === true) === secret);
  for (const path of Object.keys(given.set)) {
    const [name = '', member] = path.split('.');
    if (properties[name]?.writeOnly === true)
      throw new UsageError(`${name} is a secret: give it on standard input with --secrets-stdin, not on the command line.`);
    if (properties[name] === undefined) throw new UsageError(`Kind ${kind} has no such setting. Its settings: ${known(false).join(', ')}.`);
    const members = properties[name].properties ?? {};
    if (member !== undefined && members[member] === undefined)
      throw new UsageError(`${name} has no such member. Its members: ${Object.keys(members).join(', ') || 'none'}.`);
  }
  if (given.secret !== undefined && !known(true).includes(given.secret))
    throw new UsageError(`--secret must be one of the secrets of kind ${kind}: ${known(true).join(', ')}.`);
  const settings = settingsOf(given, properties);
  for (const [name, value] of Object.entries(settings)) refuseSecretMembers(name, value, properties[name]?.properties ?? {});
  const missing = given.complete ? known(false).filter((name) => required.includes(name) && settings[name] === undefined) : [];
  if (missing.length > 0) throw new UsageError(`Give ${missing.map((name) => `--set ${name}=...`).join(' ')} too.`);
  return { ...settings, ...(await readSecrets(given, given.complete ? known(true).filter((name) => required.includes(name)) : [])) };
}

/** `ssl.verifyCert=true` sets one member of a group and keeps its other settings. */
function settingsOf({ set, stored = {} }: GivenDetails, properties: JsonSchema['properties']): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(set)) {
    const [name = '', member] = path.split('.');
    const property = properties[name];
    if (member === undefined) {
      settings[name] = typed(name, value, property?.type);
      continue;
    }
    const members = property?.properties ?? {};
    if (typeof set[name] === 'string') throw new UsageError(`Give ${name} whole or by its members, and not both.`);
    refuseSecretMembers(name, { [member]: value }, members);
    if (stored[name] !== undefined && settings[name] === undefined) warnOfSecrets(name, members, property?.required ?? []);
    const others = settings[name] ?? stored[name] ?? {};
    settings[name] = { ...(others as object), [member]: typed(path, value, members[member]?.type) };
  }
  return settings;
}

/** A group is replaced as a whole, and its stored secrets cannot be read. So a group that must have secrets cannot be given in parts. */
function warnOfSecrets(group: string, members: Readonly<Record<string, Property>>, required: readonly string[]): void {
  const secrets = Object.keys(members).filter((name) => members[name]?.writeOnly === true);
  if (secrets.some((name) => required.includes(name)))
    throw new UsageError(`${group} holds secrets and is replaced whole: give all of ${group} on standard input with --secrets-stdin.`);
  if (secrets.length > 0)
    process.stderr.write(
      `changeover: if ${group} has secrets (${secrets.join(', ')}), they are cleared by this; to keep them, give all of ${group} with --secrets-stdin.\n`,
    );
}

/** A group is one JSON object; the secrets among its members belong on standard input, and the whole group with them. */
function refuseSecretMembers(group: string, value: unknown, members: Readonly<Record<string, Property>>): void {
  const given = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const secret = given.find((name) => members[name]?.writeOnly === true);
  if (secret !== undefined)
    throw new UsageError(
      `${group}.${secret} is a secret: give all of ${group} on standard input with --secrets-stdin, not on the command line.`,
    );
}

async function schemaOf(gateway: Gateway, kind: string): Promise<JsonSchema> {
  const { connectors } = await gateway.run(listConnectors);
  const found = connectors.find((connector) => [connector.kind, ...connector.aliases].includes(foldKind(kind)));
  if (found === undefined)
    throw new UsageError(`There is no such kind. Known kinds: ${connectors.map((connector) => connector.kind).join(', ')}.`);
  return jsonSchema.parse(found.jsonSchema);
}

async function readSecrets(
  { secretsStdin, secret }: GivenDetails,
  required: readonly string[],
): Promise<Readonly<Record<string, unknown>>> {
  const secrets: Record<string, unknown> = secretsStdin ? { ...(await readSecretsFromStdin()) } : {};
  for (const name of secretsStdin ? [] : required) secrets[name] = await askSecret(name);
  if (secret !== undefined && secrets[secret] === undefined) secrets[secret] = await askSecret(secret);
  return secrets;
}

function typed(name: string, value: string, type: string | undefined): unknown {
  if (type === 'integer' || type === 'number') {
    if (!/^-?\d+$/.test(value)) throw new UsageError(`${name} must be a whole number.`);
    return Number(value);
  }
  if (type === 'boolean') {
    if (value !== 'true' && value !== 'false') throw new UsageError(`${name} must be true or false.`);
    return value === 'true';
  }
  if (type === 'object') {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      throw new UsageError(`${name} must be a JSON object.`);
    }
  }
  return value;
}
