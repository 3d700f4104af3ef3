import { PositError } from '../../domain/posit/posit-error.ts';
import { findTemplate, POSIT_TEMPLATES } from '../../domain/posit/templates.ts';
import type { Route } from '../kit/route.ts';
import { wireTemplate } from './render.ts';
import * as shapes from './shapes/answers.ts';
import * as requests from './shapes/requests.ts';

/** What integrations are made from; nothing of it is stored. */
export const templates: readonly Route[] = [
  {
    method: 'GET',
    url: '/__api__/v1/oauth/templates',
    operation: 'listOAuthTemplates',
    summary: 'All templates',
    right: 'stage',
    shapes: { answers: { 200: shapes.template.array() } },
    run: async () => ({ body: POSIT_TEMPLATES.filter(({ isListed }) => isListed).map(wireTemplate) }),
  },
  {
    method: 'GET',
    url: '/__api__/v1/oauth/templates/:key',
    operation: 'readOAuthTemplate',
    summary: 'One template',
    right: 'stage',
    shapes: { params: requests.byKey, answers: { 200: shapes.template } },
    async run({ params: { key = '' } }) {
      const template = findTemplate(key);
      if (template === null) throw new PositError(227, 'there is no such template', { path: 'key' }, 'NOT_FOUND');
      return { body: wireTemplate(template) };
    },
  },
];
