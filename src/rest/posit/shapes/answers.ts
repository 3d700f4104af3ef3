import { z } from 'zod';

/** The member that holds who may use an integration. Here it is no question of what a caller may do. */
export const ACCESS_LIST = 'permissions';

const guid = z.uuid().describe('Lower-case UUID.');
const time = z.iso.datetime().describe('RFC 3339, UTC, whole seconds.');
const value = z.union([z.string(), z.boolean()]);

export const error = z.object({ code: z.int(), error: z.string(), payload: z.null() });

export const permission = z.object({
  id: z.string(),
  guid,
  integration_guid: guid,
  user_guid: guid.nullable(),
  group_guid: guid.nullable(),
});

export const integration = z.object({
  id: z.string().describe('Decimal digits.'),
  guid,
  created_time: time,
  updated_time: time,
  name: z.string().nullable(),
  description: z.string().nullable(),
  template: z.string(),
  auth_type: z.enum(['Viewer', 'Service Account', 'Visitor API Key']),
  config: z.record(z.string(), value).describe('Without its secrets.'),
  [ACCESS_LIST]: z.array(permission),
  environment_variables: z.array(z.string()),
  content_count: z.int().optional().describe('For administrators alone.'),
});

export const association = z.object({
  app_guid: guid,
  content_guid: guid,
  oauth_integration_guid: guid,
  oauth_integration_name: z.string().nullable(),
  oauth_integration_description: z.string().nullable(),
  oauth_integration_template: z.string(),
  oauth_integration_auth_type: z.string(),
  created_time: time,
});
export const session = z.object({
  id: z.string(),
  guid,
  user_guid: guid.nullable(),
  oauth_integration_guid: guid,
  has_refresh_token: z.boolean(),
  created_time: time,
  updated_time: time,
});
const visibility = z.record(z.string(), z.unknown()).nullable();
export const template = z.object({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  sections: z.array(z.object({ id: z.int(), order: z.int(), name: z.string(), description: z.string() })),
  options: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      description: z.string(),
      order: z.int(),
      type: z.enum(['bool', 'select']),
      values: z.array(z.string()),
      default: value,
      visibility_expression: visibility,
    }),
  ),
  fields: z.array(
    z.object({
      name: z.string(),
      label: z.string(),
      description: z.string(),
      order: z.int(),
      default: z.string(),
      validation: z.string(),
      validation_description: z.string(),
      secret: z.boolean(),
      multiline: z.boolean(),
      visibility_expression: visibility,
    }),
  ),
  environment_variables: z.array(z.string()),
});

export const user = z.object({
  guid,
  username: z.string(),
  email: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  user_role: z.enum(['administrator', 'publisher', 'viewer']),
  created_time: time,
  updated_time: time,
  active_time: time,
  confirmed: z.boolean(),
  locked: z.boolean(),
});

export const content = z.object({
  guid,
  name: z.string(),
  title: z.string().nullable(),
  owner_guid: guid.nullable(),
  created_time: time,
});

export const credentials = z.object({
  access_token: z.string(),
  issued_token_type: z.string(),
  token_type: z.string(),
  expires_in: z.int().optional(),
});

export const nothing = z.object({});
export const serverSettings = z.object({ version: z.string() });
