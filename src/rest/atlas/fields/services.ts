import type { MaskStyle } from '../../../domain/connection/details/partial-mask.ts';

/** What a field may hold, and by which code what it may not is told. */
export type Rule =
  /** What is sent as a header is printable ASCII: the kind refuses anything else. */
  | { readonly is: 'text'; readonly max?: number; readonly sentAs?: 'header' }
  | { readonly is: 'pattern'; readonly pattern: RegExp; readonly says: string; readonly code?: FieldCode }
  | { readonly is: 'enum'; readonly values: readonly string[] }
  | { readonly is: 'boolean' }
  | { readonly is: 'url'; readonly secure: boolean }
  /** What it says is known once it is rendered, so its length alone is looked at. */
  | { readonly is: 'template'; readonly maxBytes: number };

export type FieldCode = 'INTEGRATION_FIELDS_INVALID' | 'INVALID_DATADOG_API_KEY' | 'INVALID_PAGER_DUTY_SERVICE_KEY';

/** What a PUT that leaves a field out does to it. */
type Absent = 'keep' | 'default' | 'clear' | 'error';

export interface ServiceField {
  readonly name: string;
  /** The kind's own name of it, where that is another. */
  readonly key?: string;
  readonly rule: Rule;
  readonly required?: true;
  /** Of a secret: how it is shown. */
  readonly mask?: MaskStyle;
  readonly absent: Absent;
  /** What is stored unless it is given. */
  readonly default?: string | boolean;
  /** What is returned for a field that is not stored; it is left out unless it says. */
  readonly unset?: string | boolean | null;
  /** Null is a value like another. */
  readonly nullable?: true;
}

export interface AtlasService {
  readonly type: string;
  readonly kind: string;
  readonly fields: readonly ServiceField[];
  /** Beside the fields: always returned as null, and taken as null alone. */
  readonly alwaysNull?: readonly string[];
}

const HEX_32 = { is: 'pattern', pattern: /^[0-9a-fA-F]{32}$/, says: 'must be 32 hexadecimal digits' } as const;
const HEX_40 = { is: 'pattern', pattern: /^[0-9a-f]{40}$/, says: 'must be 40 lower-case hexadecimal digits' } as const;
const TEXT = { is: 'text' } as const;
const WORD = { is: 'text', sentAs: 'header' } as const;

const secret = (name: string, rule: Rule, more: Partial<ServiceField> = {}): ServiceField => ({
  name,
  rule,
  required: true,
  mask: 'tail',
  absent: 'keep',
  ...more,
});
const required = (name: string, rule: Rule, more: Partial<ServiceField> = {}): ServiceField => ({
  name,
  rule,
  required: true,
  absent: 'error',
  ...more,
});
const region = (...values: readonly string[]): ServiceField => ({
  name: 'region',
  rule: { is: 'enum', values },
  absent: 'default',
  default: 'US',
});
const flag = (name: string, more: Partial<ServiceField> = { default: false, unset: false }): ServiceField => ({
  name,
  rule: { is: 'boolean' },
  absent: 'default',
  ...more,
});
const template = (name: string, maxBytes: number): ServiceField => ({
  name,
  rule: { is: 'template', maxBytes },
  mask: 'set',
  absent: 'keep',
  unset: null,
});

/** The services that can be configured, in the order in which they are listed. What upstream adds is added here and to the kind. */
export const SERVICES: readonly AtlasService[] = [
  {
    type: 'PAGER_DUTY',
    kind: 'pager-duty',
    fields: [secret('serviceKey', { ...HEX_32, code: 'INVALID_PAGER_DUTY_SERVICE_KEY' }), region('US', 'EU')],
  },
  {
    type: 'SLACK',
    kind: 'slack',
    fields: [
      secret('apiToken', WORD),
      required('channelName', { is: 'text', max: 80 }, { nullable: true, unset: null }),
      { name: 'teamName', rule: { is: 'text', max: 255 }, absent: 'clear' },
    ],
  },
  {
    type: 'DATADOG',
    kind: 'datadog',
    fields: [
      secret('apiKey', { ...HEX_32, code: 'INVALID_DATADOG_API_KEY' }),
      region('US', 'EU', 'US3', 'US5', 'AP1', 'US1_FED'),
      flag('sendCollectionLatencyMetrics'),
      flag('sendDatabaseMetrics'),
      flag('sendQueryStatsMetrics'),
      flag('sendShardingMetrics', {}),
      flag('sendUserProvidedResourceTags'),
    ],
    alwaysNull: ['customEndpoint'],
  },
  {
    type: 'NEW_RELIC',
    kind: 'new-relic',
    fields: [required('accountId', HEX_40), secret('licenseKey', HEX_40), secret('readToken', WORD), secret('writeToken', WORD)],
  },
  { type: 'OPS_GENIE', kind: 'ops-genie', fields: [secret('apiKey', WORD), region('US', 'EU')] },
  {
    type: 'VICTOR_OPS',
    kind: 'victor-ops',
    fields: [secret('apiKey', WORD), { name: 'routingKey', rule: { is: 'text', max: 255 }, absent: 'clear' }],
  },
  {
    type: 'WEBHOOK',
    kind: 'atlas-webhook',
    fields: [
      secret('url', { is: 'url', secure: false }, { mask: 'url' }),
      { name: 'secret', rule: TEXT, mask: 'tail', absent: 'clear' },
      template('headersTemplate', 4096),
      template('bodyTemplate', 16_384),
    ],
  },
  {
    type: 'PROMETHEUS',
    kind: 'prometheus',
    fields: [
      required('username', { is: 'text', max: 255 }),
      secret('password', TEXT, { mask: 'none' }),
      required('serviceDiscovery', { is: 'enum', values: ['http', 'file'] }),
      required('enabled', { is: 'boolean' }),
      flag('sendUserProvidedResourceTagsEnabled'),
    ],
  },
  {
    type: 'MICROSOFT_TEAMS',
    kind: 'microsoft-teams',
    fields: [secret('microsoftTeamsWebhookUrl', { is: 'url', secure: true }, { key: 'url', mask: 'url' })],
  },
];

/** It was a service once: nothing of it can be saved, and none is ever there. */
export const RETIRED_TYPE = 'HIP_CHAT';

export const INTEGRATION_TYPES: readonly string[] = [...SERVICES.map(({ type }) => type), RETIRED_TYPE];

/** What older clients send and nobody stores. */
const IGNORED = ['id', 'type', 'scheme', 'customEndpoint'];

/** Names of any service: clients with one flat structure send those of others, which are ignored. */
export const KNOWN_FIELDS: ReadonlySet<string> = new Set([...IGNORED, ...SERVICES.flatMap(({ fields }) => fields.map(({ name }) => name))]);

export function keyOf({ name, key = name }: ServiceField): string {
  return key;
}
