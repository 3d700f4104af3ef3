import { type FakeReply, startJsonServer } from './json-server.ts';

interface Options {
  readonly users?: readonly {
    readonly name: string;
    readonly password: string;
    readonly token: string;
    readonly fault?: string;
    readonly isExpired?: boolean;
  }[];
  readonly apps?: readonly {
    readonly key: string;
    readonly secret: string;
    readonly grantFault?: string;
    readonly mayReadData?: boolean;
  }[];
  readonly dataspaces?: readonly string[];
  /** The host of Data Cloud, which its tokens name without a scheme; where none is given they name this server. */
  readonly dataHost?: string;
}

const SOAP_NAMES = { username: /<n1:username>([^<]*)<\/n1:username>/, password: /<n1:password>([^<]*)<\/n1:password>/ };

const ENVELOPE =
  '<?xml version="1.0" encoding="UTF-8"?><env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com"><env:Body>';

/**
 * A FAKE of Salesforce's two logins, of its REST API and of Data Cloud's, made from their documentation and from what two open clients
 * send: faults of SOAP come with status 500, refusals of REST in a list, and a token of Data Cloud is another one.
 */
export async function startFakeSalesforce({ users = [], apps = [], dataspaces = ['default'], dataHost }: Options) {
  const sessions = new Map<string, Partial<NonNullable<Options['apps']>[number]>>();
  const exchanged = new Map<string, string>();
  const server = await startJsonServer(({ method, url, headers, body }): FakeReply => {
    const asked = `${method} ${url.pathname}`;
    if (asked === 'POST /services/Soap/u/64.0') return soapLogin(String(headers['content-type']), headers.soapaction, body);
    // The vendor's own connector for Python gives the parameters in the URL.
    const form = body === '' ? url.searchParams : new URLSearchParams(body);
    if (asked === 'POST /services/oauth2/token') {
      // Either way of RFC 6749, as two open clients send it.
      const basic = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
      const [client, secret] =
        basic === undefined ? [form.get('client_id'), form.get('client_secret')] : Buffer.from(basic, 'base64').toString('utf8').split(':');
      const app = apps.find(({ key }) => key === client);
      if (form.get('grant_type') !== 'client_credentials') return { status: 400, body: { error: 'unsupported_grant_type' } };
      if (app === undefined) return { status: 400, body: { error: 'invalid_client_id', error_description: 'client identifier invalid' } };
      if (app.secret !== secret) return { status: 400, body: { error: 'invalid_client', error_description: 'invalid client credentials' } };
      if (app.grantFault !== undefined) return { status: 400, body: { error: 'invalid_grant', error_description: app.grantFault } };
      sessions.set(`app-${app.key}`, app);
      return {
        status: 200,
        body: { access_token: `app-${app.key}`, instance_url: server.url, id: 'i', scope: 'api', token_type: 'Bearer' },
      };
    }
    // An exchange carries the token among its parameters, and needs no header.
    const token = headers.authorization?.replace(/^Bearer /, '') ?? form.get('subject_token') ?? '';
    if (asked === 'GET /api/v1/metadata') return exchanged.has(token) ? { status: 200, body: { metadata: [] } } : { status: 401, body: {} };
    if (asked === 'POST /services/oauth2/revoke') return { status: sessions.delete(form.get('token') ?? '') ? 200 : 400, body: '' };
    const session = sessions.get(token);
    if (session === undefined) return { status: 401, body: [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }] };
    if (/^GET \/services\/data\/v64\.0\/limits\/?$/.test(asked))
      return { status: 200, body: { DailyApiRequests: { Max: 15000, Remaining: 14998 } } };
    if (asked === 'GET /services/data/v64.0/sobjects') return { status: 200, body: { sobjects: [{ name: 'Account' }] } };
    if (asked === 'GET /services/oauth2/userinfo') return { status: 200, body: { user_id: '005A', organization_id: '00DA' } };
    if (asked === 'POST /services/a360/token') {
      if (session.mayReadData === false) return { status: 403, body: { error: 'insufficient_scope' } };
      const dataspace = form.get('dataspace') ?? 'default';
      if (form.get('subject_token') !== token || !form.get('grant_type')?.endsWith(':cdp'))
        return { status: 400, body: { error: 'invalid_request' } };
      if (!dataspaces.includes(dataspace)) return { status: 404, body: { error: 'not_found' } };
      exchanged.set(`data-${exchanged.size}`, dataspace);
      const answer = { access_token: `data-${exchanged.size - 1}`, instance_url: dataHost ?? server.url, token_type: 'Bearer' };
      return { status: 200, body: { ...answer, issued_token_type: 'urn:ietf:params:oauth:token-type:jwt', expires_in: 7193 } };
    }
    return { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] };
  });

  function soapLogin(type: string, action: unknown, body: string): FakeReply {
    if (!type.startsWith('text/xml') || action === undefined) return fault('UNKNOWN_EXCEPTION');
    const given = (name: keyof typeof SOAP_NAMES) => unescaped(SOAP_NAMES[name].exec(body)?.[1] ?? '');
    const user = users.find(({ name, password, token }) => name === given('username') && password + token === given('password'));
    if (user === undefined) return fault('INVALID_LOGIN');
    if (user.fault !== undefined) return fault(user.fault);
    sessions.set(`session-of-${user.name}`, {});
    const result = `<passwordExpired>${user.isExpired === true}</passwordExpired><serverUrl>${server.url}/services/Soap/u/64.0/00DA</serverUrl><sessionId>session-of-${user.name}</sessionId><userId>005A</userId><userInfo><organizationId>00DA</organizationId></userInfo>`;
    return {
      status: 200,
      headers: { 'content-type': 'text/xml' },
      body: `${ENVELOPE}<loginResponse><result>${result}</result></loginResponse></env:Body></env:Envelope>`,
    };
  }

  return { ...server, exchanged };
}

function unescaped(xml: string): string {
  const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
  return xml.replace(/&(?:#x([\da-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) =>
    name === undefined ? String.fromCodePoint(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)) : (named[name] ?? whole),
  );
}

function fault(code: string): FakeReply {
  const detail = `<detail><sf:LoginFault><sf:exceptionCode>${code}</sf:exceptionCode><sf:exceptionMessage>refused</sf:exceptionMessage></sf:LoginFault></detail>`;
  const text = `${ENVELOPE}<env:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: refused</faultstring>${detail}</env:Fault></env:Body></env:Envelope>`;
  return { status: 500, body: text, headers: { 'content-type': 'text/xml' } };
}
