import { defineKafkaProxy } from '../families/kafka/define-kafka-proxy.ts';

export default defineKafkaProxy({
  kind: 'msk-kafka',
  title: 'Amazon MSK (REST proxy)',
  lead: { tests: [{ field: 'testMskKafkaCredentials' }] },
});
