import type { Consumer } from '../../domain/consumer/consumer.ts';
import { authTypeOf, type PositTemplate, type TemplateKey } from '../../domain/posit/template.ts';
import type { PositAssociation } from '../../operations/posit/associations.ts';
import type { PositIntegration } from '../../operations/posit/read-integrations.ts';
import type { PositUser } from '../../operations/posit/read-user.ts';
import { ACCESS_LIST } from './shapes/answers.ts';

/** RFC 3339 in whole seconds. */
export function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

/** `contentCount` is for administrators. */
export function wireIntegration(one: PositIntegration, contentCount: ((guid: string) => number) | null) {
  const { guid, number, template, config, facts, name, createdAt, updatedAt } = one;
  return {
    id: number,
    guid,
    created_time: timeOf(createdAt),
    updated_time: timeOf(updatedAt),
    name,
    description: facts.description,
    template: template.id,
    auth_type: authTypeOf(template, config),
    config,
    [ACCESS_LIST]: facts[ACCESS_LIST].map((permission) => ({
      id: permission.id,
      guid: permission.guid,
      integration_guid: guid,
      user_guid: permission.userGuid,
      group_guid: null,
    })),
    environment_variables: template.environmentVariables,
    ...(contentCount === null ? {} : { content_count: contentCount(guid) }),
  };
}

/** `app_guid` is what content was called, and is still read. */
export function wireAssociation({ contentGuid, integration, createdAt }: PositAssociation) {
  const { guid, name, facts, template, config } = integration;
  return {
    app_guid: contentGuid,
    content_guid: contentGuid,
    oauth_integration_guid: guid,
    oauth_integration_name: name,
    oauth_integration_description: facts.description,
    oauth_integration_template: template.id,
    oauth_integration_auth_type: authTypeOf(template, config),
    created_time: timeOf(createdAt),
  };
}

export function wireContent({ id, name, title, ownerId, createdAt }: Consumer) {
  return { guid: id, name, title, owner_guid: ownerId === 'local' ? null : ownerId, created_time: timeOf(createdAt) };
}

export function wireUser({ guid, name, role, createdAt, activeAt }: PositUser) {
  return {
    guid,
    username: name,
    email: '',
    first_name: '',
    last_name: '',
    user_role: role,
    created_time: timeOf(createdAt),
    updated_time: timeOf(createdAt),
    active_time: timeOf(activeAt),
    confirmed: true,
    locked: false,
  };
}

/** Keys that are chosen are options, those that are filled in are fields; both are in one order. */
export function wireTemplate({ id, name, description, keys, environmentVariables }: PositTemplate) {
  const ordered = keys.map((key, index) => ({ key, order: index + 1 }));
  return {
    id,
    name,
    description,
    sections: [{ id: 1, order: 1, name: 'App', description: '' }],
    options: ordered.flatMap(({ key, order }) => wireOption(key, order)),
    fields: ordered.flatMap(({ key, order }) => wireField(key, order)),
    environment_variables: environmentVariables,
  };
}

function wireOption({ name, label, description, form, default: usual, visibility }: TemplateKey, order: number) {
  if (form.type === 'text') return [];
  const values = form.type === 'select' ? form.values : [];
  return [{ name, label, description, order, type: form.type, values, default: usual ?? '', visibility_expression: visibility }];
}

function wireField(key: TemplateKey, order: number) {
  const { name, label, description, form, isSecret, required, visibility } = key;
  if (form.type !== 'text') return [];
  return [
    {
      name,
      label,
      description,
      order,
      default: '',
      validation: required === false ? `^(${form.pattern})?$` : `^(${form.pattern})$`,
      validation_description: form.says,
      secret: isSecret,
      multiline: false,
      visibility_expression: visibility,
    },
  ];
}
