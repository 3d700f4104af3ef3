import { expect, test } from 'vitest';
import { supportOf } from '../../../src/domain/site/site-support.ts';

const NOTHING = { agentType: null, agentPlatform: null, isKnownType: null } as const;

test.each([
  { deployment: 'gateway', asked: NOTHING, is: undefined },
  { deployment: 'gateway', asked: { ...NOTHING, isKnownType: true }, is: 'SUPPORTED' },
  { deployment: 'gateway', asked: { ...NOTHING, isKnownType: false }, is: 'NEW_CONNECTIONS_NOT_SUPPORTED' },
  { deployment: 'workers', asked: { ...NOTHING, isKnownType: true }, is: 'NEW_CONNECTIONS_NOT_SUPPORTED' },
  { deployment: 'gateway', asked: { ...NOTHING, agentType: 'REMOTE_AGENT', isKnownType: true }, is: 'REMOTE_AGENT_NOT_SUPPORTED' },
  { deployment: 'workers', asked: { ...NOTHING, agentPlatform: 'AWS' }, is: 'REMOTE_AGENT_NOT_SUPPORTED' },
  { deployment: 'workers', asked: { ...NOTHING, agentType: 'DATA_STORE_AGENT' }, is: 'DATA_STORE_NOT_SUPPORTED' },
] as const)('a site of deployment $deployment, asked for $asked, answers $is', ({ deployment, asked, is }) => {
  expect(supportOf({ deployment }, asked)?.code).toBe(is);
});
