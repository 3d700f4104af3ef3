import { z } from 'zod';
import { setting } from '../../domain/connector/field.ts';
import { text } from '../../domain/connector/field-types.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { urlField } from '../kits/fields.ts';
import { HttpFailure } from '../kits/http/http-session.ts';
import { nullOn } from '../kits/http/null-on.ts';
import { optionalPassword } from '../kits/login-fields.ts';
import { problem, says } from '../kits/problems.ts';
import { together } from '../kits/rules.ts';
import { openAirflow } from './open-airflow.ts';

/**
 * The lead API knows an Airflow by its address alone, since Airflow is the one that calls: there an Airflow that answers is all that can be
 * checked. A user and password are ours to add, and are signed in with where they are given.
 */
export default defineHttpConnector({
  kind: 'airflow',
  title: 'Apache Airflow',
  called: 'Airflow',
  category: 'etl',
  fields: {
    hostName: urlField('Host name', 'Host name of the Airflow web server, or its https URL.'),
    username: setting(
      text(255)
        .refine((value) => !value.includes(':'), 'may not hold a colon')
        .optional(),
      { identity: true, title: 'User', description: 'Name of a user; without one, nobody is signed in.' },
    ),
    password: optionalPassword('Password of that user.'),
  },
  rules: [together('username', 'password')],
  speaks: "Airflow's REST API, version 2 or 1",
  leastPrivileges: ['Give the user the role Viewer, which may read DAGs and their runs.'],
  tested: {
    against: 'fake',
    what: 'a fake of both versions, made from what Airflow 2.10, 3.0 and 3.3 answered',
    client: 'apache-airflow-client',
  },
  baseUrl: ({ hostName }) => hostName,
  signIn: openAirflow,
  async probe(session, { credentials: { username } }) {
    if (username !== undefined)
      await session.ask(`${session.api}/dags?limit=1`, DAGS).catch((error: unknown) => {
        // A user who may see no DAG has signed in.
        if (!(error instanceof HttpFailure && error.status === 403 && !BAD_TOKEN.test(error.text))) throw error;
      });
    return { data: { returnedData: { version: session.version } } };
  },
  async identity(session, { credentials: { username = null } }) {
    if (username === null || session.api === '/api/v1') return { who: { username } };
    const me = z.object({ id: z.union([z.string(), z.number()]), username: z.string() });
    // Earlier than 3.3 nobody is told.
    return { who: (await nullOn([404], session.ask('/ui/auth/me', me))) ?? { username } };
  },
  async permissions(session, { credentials: { username } }) {
    if (username !== undefined) await session.ask(`${session.api}/dags?limit=1`, DAGS);
    return {};
  },
  checks: {
    validate_health: {
      description: 'Asks for the health of the scheduler, which needs no login.',
      async run(session) {
        const { scheduler } = await session.ask(session.api === '/api/v2' ? '/api/v2/monitor/health' : '/api/v1/health', HEALTH);
        return scheduler.status === 'healthy' ? {} : { warnings: [UNHEALTHY] };
      },
    },
  },
  refusals: { 403: says('PERMISSION_MISSING', 'The user may not see DAGs.', 'Give it the role Viewer.') },
  explain({ about, status, text: said }) {
    if (status === 403 && BAD_TOKEN.test(said)) return 'CREDENTIALS_REJECTED';
    return status === 401 && about === 'request' ? REFUSED : null;
  },
  describes: { validate_connection: 'Asks which version the server has, and signs in where a user is given.' },
});

const DAGS = z.object({ dags: z.array(z.unknown()) });
const HEALTH = z.object({ scheduler: z.object({ status: z.string().nullish() }) });

/** Version 3 answers 403 both to a token that it does not take and to a user without the right. */
const BAD_TOKEN = /invalid jwt/i;

const REFUSED = says(
  'CREDENTIALS_REJECTED',
  'Airflow refused the login. Version 2 says the same where it takes no passwords at this API.',
  'Check user and password, and that auth_backends of the section [api] has basic_auth.',
);

const UNHEALTHY = problem(
  'PROVIDER_DOWN',
  'the scheduler is not healthy',
  'Airflow answers, and its scheduler does not work.',
  'Look at the log of the scheduler.',
);
