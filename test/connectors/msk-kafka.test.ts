import { afterAll } from 'vitest';
import { describeConnector } from '../contracts/connector.ts';
import { startFakeKafkaRest } from '../support/fakes/fake-kafka-rest.ts';

const fake = await startFakeKafkaRest({ logins: ['Bearer a-token-of-the-test'], cluster: 'Kq8f-1', topics: ['orders'] });
afterAll(() => fake.close());

const details = { cluster: 'Kq8f-1', authType: 'BEARER', authToken: 'a-token-of-the-test', url: fake.url };

describeConnector('msk-kafka', {
  good: () => details,
  at: (host, port) => ({ ...details, url: `https://${host}:${port}` }),
  withSecret: (canary) => ({ ...details, authToken: canary }),
});
