import { z } from 'zod';
import { bodiesOf } from '../fields/body-shapes.ts';
import { INTEGRATION_TYPES, KNOWN_FIELDS, SERVICES } from '../fields/services.ts';
import { V2 } from './answers.ts';
import { MOST_ITEMS, MOST_PAGE } from './paging.ts';

export const inGroup = z.object({
  groupId: z
    .string()
    .regex(/^[a-f0-9]{24}$/)
    .describe('The last 24 hexadecimal digits of the id of a project.'),
});
export const ofType = inGroup.extend({ integrationType: z.enum(INTEGRATION_TYPES) });
/** Of a type that can be configured. */
export const ofService = inGroup.extend({ integrationType: z.enum(SERVICES.map(({ type }) => type)) });

const flag = z.enum(['true', 'false']).optional();
export const format = z.object({ envelope: flag, pretty: flag });
export const pages = format.extend({
  includeCount: flag,
  itemsPerPage: z.coerce.number().int().min(1).max(MOST_ITEMS).optional(),
  pageNum: z.coerce.number().int().min(1).max(MOST_PAGE).optional(),
});

const anyType = z.object({ accept: z.string().optional() });
/** Dates from that of the one version on; the last days of months are left out, since no pattern knows how many they have. */
const DATE = '(202[3-9]|20[3-9][0-9]|2[1-9][0-9]{2}|[3-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])';
const dated = z.object({
  accept: z
    .string()
    .meta({ pattern: `^application/vnd\\.atlas\\.${DATE}\\+json$` })
    .describe('application/vnd.atlas.2023-01-01+json, or a later date; a list of types may have others beside it.'),
});

/** The first version of the API takes any type. */
export function headersOf(prefix: string) {
  return prefix === V2 ? dated : anyType;
}

/** Those of other services are not looked at. A field that nobody knows may say nothing: switches that are new begin as false. */
const integration = z
  .object({
    ...Object.fromEntries([...KNOWN_FIELDS].map((name) => [name, z.unknown().optional()])),
    id: z.string().nullish(),
    type: z.string().nullish(),
  })
  .catchall(z.union([z.null(), z.literal(false), z.literal('')]));
export const newIntegration = integration.meta({ anyOf: bodiesOf('create') }).describe('Of the type in the path.');
export const replacement = integration.meta({ anyOf: bodiesOf('replace') }).describe('Of the type in the path.');

export const entity = z.looseObject({ id: z.string().regex(/^[a-f0-9]{24}$/), type: z.enum(INTEGRATION_TYPES) });
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

/** Whatever else a form holds is a text, too: a list would give its name twice. */
export const grant = z.object({ grant_type: z.literal('client_credentials') }).catchall(z.string());
export const revocation = z.object({ token: z.string().min(1), token_type_hint: z.string().optional() }).catchall(z.string());
export const nothing = z.null().describe('No body.');
export const accessToken = z.object({ access_token: z.string(), expires_in: z.int(), token_type: z.literal('Bearer') });
export const oauthError = z.object({ error: z.string(), error_description: z.string() });
