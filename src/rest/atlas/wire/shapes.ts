import { z } from 'zod';
import { INTEGRATION_TYPES } from '../fields/services.ts';

export const inGroup = z.object({
  groupId: z
    .string()
    .regex(/^[a-f0-9]{24}$/)
    .describe('The last 24 hexadecimal digits of the id of a project.'),
});
export const ofType = inGroup.extend({ integrationType: z.enum(INTEGRATION_TYPES as [string, ...string[]]) });

const flag = z.enum(['true', 'false']).optional();
export const format = z.object({ envelope: flag, pretty: flag });
export const pages = format.extend({
  includeCount: flag,
  itemsPerPage: z.coerce.number().int().min(1).max(500).optional(),
  pageNum: z.coerce.number().int().min(1).optional(),
});

export const headers = z.object({
  accept: z.string().optional().describe('application/vnd.atlas.2023-01-01+json, or a later date; version 1.0 takes any.'),
});

/** Fields of all services: which of them one has is in the guide. */
export const integration = z.looseObject({
  id: z.string().nullish(),
  type: z.string().nullish(),
});

export const entity = z.looseObject({ id: z.string().regex(/^[a-f0-9]{24}$/), type: z.enum(INTEGRATION_TYPES as [string, ...string[]]) });
const link = z.object({ href: z.string(), rel: z.string() });
export const list = z.object({
  links: z.array(link),
  results: z.array(entity),
  totalCount: z.int().optional(),
  status: z.int().optional(),
});
/** In an envelope it is what stands in `content`. */
export const one = z.union([entity, z.object({ status: z.int(), content: entity })]);
export const deleted = z.object({ status: z.int(), content: z.null() });

const group = z.object({
  id: z.string(),
  name: z.string(),
  orgId: z.string(),
  created: z.string(),
  clusterCount: z.int(),
  links: z.array(link),
});
export const groups = z.object({
  links: z.array(link),
  results: z.array(group),
  totalCount: z.int().optional(),
  status: z.int().optional(),
});

export const error = z.object({
  error: z.int(),
  errorCode: z.string(),
  reason: z.string(),
  detail: z.string(),
  parameters: z.array(z.unknown()).optional(),
  badRequestDetail: z.object({ fields: z.array(z.object({ field: z.string(), description: z.string() })) }).optional(),
  status: z.int().optional(),
});

export const grant = z.object({ grant_type: z.literal('client_credentials') });
export const revocation = z.object({ token: z.string(), token_type_hint: z.string().optional() });
export const nothing = z.null().describe('No body.');
export const accessToken = z.object({ access_token: z.string(), expires_in: z.int(), token_type: z.literal('Bearer') });
export const oauthError = z.object({ error: z.string(), error_description: z.string() });
