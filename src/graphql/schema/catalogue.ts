import { z } from 'zod';
import type { Connector } from '../../domain/connector/connector.ts';
import { fieldMeta } from '../../domain/connector/field.ts';
import { VALIDATION_CODES } from '../../domain/connector/validation.ts';
import type { Validator } from '../../domain/connector/validator.ts';
import { reportedType } from '../lead/lead-names.ts';
import type { Builder } from './builder.ts';

/** The catalogue of kinds: for forms, for the CLI's prompts and for whoever writes a client. */
export function addCatalogue(builder: Builder): void {
  const check = builder.objectRef<Validator>('ConnectorCheck').implement({
    fields: (t) => ({
      name: t.exposeString('name', { nullable: false }),
      description: t.exposeString('description', { nullable: false }),
      mandatory: t.exposeBoolean('mandatory', { nullable: false, description: 'It is run before every commit.' }),
    }),
  });
  const testedAgainst = builder.enumType('ConnectorTesting', { values: { SERVER: { value: 'server' }, FAKE: { value: 'fake' } } as const });
  const info = builder.objectRef<Connector>('Connector').implement({
    fields: (t) => ({
      kind: t.exposeString('kind', { nullable: false }),
      title: t.exposeString('title', { nullable: false }),
      category: t.exposeString('category', { nullable: false }),
      connectionType: t.string({
        nullable: false,
        description: 'What connections of this kind report as their type.',
        resolve: reportedType,
      }),
      jsonSchema: t.field({
        type: 'GenericScalar',
        nullable: false,
        description: 'JSON Schema of the details; `writeOnly` marks the secrets.',
        resolve: jsonSchemaOf,
      }),
      validators: t.stringList({
        nullable: false,
        description: 'In the order to run them.',
        resolve: (row) => row.validators.map(({ name }) => name),
      }),
      aliases: t.stringList({
        nullable: false,
        description: 'Other connection types that callers name and mean this kind.',
        resolve: (row) => [...row.aliases],
      }),
      checks: t.field({
        type: [check],
        nullable: false,
        description: 'The validators, with what each looks at.',
        resolve: (row) => [...row.validators],
      }),
      speaks: t.exposeString('speaks', { description: 'The protocol or interface that is spoken.' }),
      driverPackages: t.stringList({
        nullable: false,
        description: 'The npm packages that speak it; none where the gateway does by itself.',
        resolve: (row) => [...(row.driver?.packages ?? [])],
      }),
      driver: t.string({
        description: 'The command that installs its driver, when that is optional.',
        resolve: (row) => row.driver?.install ?? null,
      }),
      testedAgainst: t.field({
        type: testedAgainst,
        description: 'What its own tests run against: a real server, or a fake that follows the documented protocol.',
        resolve: (row) => row.tested?.against ?? null,
      }),
      testedWith: t.string({ description: 'Which server, or which fake.', resolve: (row) => row.tested?.what ?? null }),
      fakeProvenBy: t.string({
        description:
          "The driver or SDK that signs in to the fake in a test, the vendor's own where it has one; none where it has no client for Node or Python that could be pointed at it.",
        resolve: (row) => row.tested?.client ?? null,
      }),
    }),
  });
  const code = builder.objectRef<[string, string]>('ValidationCodeInfo').implement({
    fields: (t) => ({
      code: t.string({ nullable: false, resolve: ([name]) => name }),
      meaning: t.string({ nullable: false, resolve: ([, meaning]) => meaning }),
    }),
  });
  builder.queryFields((t) => ({
    connectors: t.field({ type: [info], nullable: false, resolve: (_, __, { services }) => [...services.connectors.all()] }),
    validationCodes: t.field({
      type: [code],
      nullable: false,
      description: "Every code that a validation's problem may have.",
      resolve: () => Object.entries(VALIDATION_CODES),
    }),
  }));
}

/** JSON Schema of a kind's details by the connector's field keys, with titles, descriptions and `writeOnly` on secrets. */
export function jsonSchemaOf(connector: Connector): object {
  let schema = schemas.get(connector);
  if (schema === undefined) {
    schema = writeSchema(connector);
    schemas.set(connector, schema);
  }
  return schema;
}

/** They are the same for as long as the process runs, and making one takes long. */
const schemas = new WeakMap<Connector, object>();

function writeSchema(connector: Connector): object {
  const schema = z.toJSONSchema(z.strictObject(connector.fields), { io: 'input', unrepresentable: 'any' }) as {
    properties?: Record<string, object>;
  };
  return { ...schema, title: connector.title, properties: annotate(schema.properties ?? {}, connector.fields) };
}

function annotate(properties: Readonly<Record<string, object>>, fields: Readonly<Record<string, z.ZodType>>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(properties).map(([key, property]) => {
      const schema = fields[key];
      if (schema === undefined) return [key, property];
      const { role, title, description, members } = fieldMeta(schema, key);
      const inner =
        members !== null && 'properties' in property
          ? { properties: annotate(property.properties as Record<string, object>, members) }
          : {};
      return [
        key,
        {
          ...property,
          ...inner,
          ...(title === null ? {} : { title }),
          ...(description === null ? {} : { description }),
          ...(role === 'secret' ? { writeOnly: true, format: 'password' } : {}),
        },
      ];
    }),
  );
}
