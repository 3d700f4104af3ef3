import { defineKafkaProxy } from '../families/kafka/define-kafka-proxy.ts';

export default defineKafkaProxy({
  kind: 'self-hosted-kafka',
  title: 'Kafka (REST proxy)',
  lead: { tests: [{ field: 'testSelfHostedKafkaCredentials' }] },
});
