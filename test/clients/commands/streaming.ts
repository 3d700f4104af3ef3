import { SECRET, type Systems } from '../world/systems.ts';
import { options, type Step } from './step.ts';

interface StreamingCommand {
  /** Of `test-<kind>-credentials`, and the type that a cluster is added with. */
  readonly kind: string;
  readonly options: (systems: Systems) => Readonly<Record<string, string>>;
  /** The option that holds the secret. */
  readonly secret: string;
}

const KAFKA = { 'auth-type': 'BEARER', 'auth-token': SECRET, cluster: 'lkc-1' };

/** Kinds of streaming clusters: each is tested, and added to a system. */
export const STREAMING: readonly StreamingCommand[] = [
  {
    kind: 'confluent-kafka',
    options: ({ fakes }) => ({ cluster: 'lkc-1', 'api-key': 'KEY', secret: SECRET, url: fakes.confluent.url }),
    secret: 'secret',
  },
  {
    kind: 'confluent-kafka-connect',
    options: ({ fakes }) => ({
      'confluent-env': 'env-1',
      cluster: 'lkc-1',
      'api-key': 'KEY',
      secret: SECRET,
      url: fakes.confluentConnect.url,
    }),
    secret: 'secret',
  },
  { kind: 'msk-kafka', options: ({ fakes }) => ({ ...KAFKA, url: fakes.kafka.url }), secret: 'auth-token' },
  { kind: 'self-hosted-kafka', options: ({ fakes }) => ({ ...KAFKA, url: fakes.kafka.url }), secret: 'auth-token' },
  { kind: 'self-hosted-kafka-connect', options: ({ fakes }) => ({ ...KAFKA, url: fakes.connect.url }), secret: 'auth-token' },
];

const SYSTEM_TYPES: Readonly<Record<string, string>> = {
  'confluent-kafka': 'confluent-cloud',
  'confluent-kafka-connect': 'confluent-cloud',
  'msk-kafka': 'msk',
  'self-hosted-kafka': 'self-hosted',
  'self-hosted-kafka-connect': 'self-hosted',
};

/** Wrong and right, then added to a system of its own, and removed. */
export function streamingStory(systems: Systems, { kind, options: right, secret }: StreamingCommand): readonly Step[] {
  const test = ['integrations', `test-${kind}-credentials`];
  const { cluster = '', ...named } = right(systems);
  return [
    { args: [...test, ...options({ ...named, cluster, [secret]: 'wrong' })], exit: 1, prints: [/validate_connection/] },
    {
      args: [
        'integrations',
        'add-streaming-system',
        ...options({ 'streaming-system-type': SYSTEM_TYPES[kind] ?? '', 'streaming-system-name': `of ${kind}` }),
      ],
      prints: [/Successfully created the/],
      keeps: async ({ ask }) => ({
        system: (await ask('{ getStreamingSystems { system { uuid name } } }')).getStreamingSystems.find(
          ({ system }: { readonly system: { readonly name: string } }) => system.name === `of ${kind}`,
        ).system.uuid,
      }),
    },
    {
      args: [
        'integrations',
        'add-streaming-system',
        ...options({ 'streaming-system-type': SYSTEM_TYPES[kind] ?? '', 'streaming-system-name': `of ${kind}` }),
      ],
      exit: 1,
      prints: [/A streaming system of that name exists already/],
    },
    {
      args: ({ system = '' }) => [
        'integrations',
        'add-streaming-cluster-connection',
        ...options({
          'connection-type': kind,
          ...named,
          'new-cluster-id': cluster,
          'new-cluster-name': `cluster of ${kind}`,
          'streaming-system-id': system,
        }),
      ],
      answers: 'y\n',
      keeps: async ({ ask }) => ({
        id: (await ask('{ connections { edges { node { uuid kind } } } }')).connections.edges.find(
          ({ node }: { readonly node: { readonly kind: string } }) => node.kind === kind,
        ).node.uuid,
      }),
    },
    { args: ({ id = '' }) => ['integrations', 'test', '--connection-id', id], prints: [/"success": true/] },
    { args: ({ id = '' }) => ['integrations', 'remove', '--connection-id', id, '--no-prompt'], prints: [/Success! Removed/] },
  ];
}
