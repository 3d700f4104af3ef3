import { readUser } from '../../operations/posit/read-user.ts';
import type { Route } from '../kit/route.ts';
import { wireUser } from './render.ts';
import * as shapes from './shapes/answers.ts';

export const users: readonly Route[] = [
  {
    method: 'GET',
    url: '/__api__/v1/user',
    operation: 'readCurrentUser',
    summary: 'Whose key it is: every token is a user',
    shapes: { answers: { 200: shapes.user } },
    run: async ({ services, actor }) => ({ body: wireUser(await readUser(services, actor)) }),
  },
];
