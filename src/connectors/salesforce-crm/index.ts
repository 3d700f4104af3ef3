import { z } from 'zod';
import { secret, setting } from '../../domain/connector/field.ts';
import { secretText } from '../../domain/connector/field-types.ts';
import { CONSUMER, consumerKey, domainField, originOf } from '../families/salesforce/salesforce-fields.ts';
import { loginAsApp, loginAsUser, VERSION } from '../families/salesforce/salesforce-login.ts';
import { explainSalesforce } from '../families/salesforce/salesforce-refusals.ts';
import { transactional } from '../families/transactional.ts';
import { defineHttpConnector } from '../kits/define-http-connector.ts';
import { optionalPassword, optionalUser } from '../kits/login-fields.ts';
import { says } from '../kits/problems.ts';
import { exactlyOne, onlyWith, together } from '../kits/rules.ts';

export default defineHttpConnector({
  kind: 'salesforce-crm',
  title: 'Salesforce CRM',
  called: 'Salesforce',
  category: 'database',
  family: transactional,
  fields: {
    user: optionalUser('Name of the user. Give this, or consumerKey.'),
    password: optionalPassword('Password of the user.'),
    token: secret(secretText().optional(), {
      title: 'Security token',
      description: 'Security token of the user, where Salesforce wants it.',
    }),
    consumerKey: setting(consumerKey.optional(), CONSUMER.key),
    consumerSecret: secret(secretText().optional(), CONSUMER.secret),
    domain: domainField('login'),
  },
  rules: [
    exactlyOne('user', 'consumerKey'),
    together('user', 'password'),
    onlyWith('token', 'password'),
    together('consumerKey', 'consumerSecret'),
  ],
  speaks: "Salesforce's REST API, and its SOAP login for users",
  leastPrivileges: [
    'Give the user API Enabled, and Read on the objects that are read; let a connected app run the client credentials flow as that user, with the scope api.',
  ],
  tested: { against: 'fake', what: 'a fake of both logins and of that API', client: 'simple-salesforce' },
  baseUrl: ({ domain }) => originOf(domain) ?? '',
  async signIn(context, { domain, user, password = '', token = '', consumerKey: id = '', consumerSecret: own = '' }) {
    const origin = originOf(domain) ?? '';
    if (user === undefined) return await loginAsApp(context, origin, { id, secret: own });
    return await loginAsUser(context, origin, { name: user, password, token });
  },
  probe: { path: `/services/data/v${VERSION}/limits`, answer: z.object({ DailyApiRequests: z.object({}) }) },
  async identity(session) {
    if (session.who !== null) return { who: session.who };
    const { user_id: userId, organization_id: organizationId } = await session.ask('/services/oauth2/userinfo', USER);
    return { who: { userId, organizationId } };
  },
  async permissions(session) {
    const { sobjects } = await session.ask({ path: `/services/data/v${VERSION}/sobjects`, maxBytes: 8_388_608 }, OBJECTS);
    return { data: { returnedData: { objects: sobjects.length } } };
  },
  refusals: { 403: says('PERMISSION_MISSING', 'The user may not do this.', 'Give it API Enabled, and Read on the objects.') },
  explain: explainSalesforce,
  describes: { validate_connection: 'Signs in, as a user or as an app, and asks for the limits of the organisation.' },
});

const USER = z.object({ user_id: z.string(), organization_id: z.string() });
const OBJECTS = z.object({ sobjects: z.array(z.object({ name: z.string() })) });
