import { z } from 'zod';
import { configOf } from '../../../domain/posit/config-details.ts';
import { authTypeOf } from '../../../domain/posit/template.ts';
import { HttpFailure, openHttp } from '../../kits/http/http-session.ts';
import { NotChecked } from '../../kits/problems.ts';
import type { Finding } from '../../kits/usual-validators.ts';
import { openAccountRole, type RoleLogin, roleIn } from './account-role.ts';
import { clientGrant, type Grant, tokenRequest, tokenUrlOf } from './token-request.ts';

const TOKEN = z.object({ access_token: z.string().min(1) });
/** GitHub refuses with 200. */
const REFUSED = z.object({ error: z.string() });

/** Shows id and secret to the token endpoint, without a user; assumes a role that is a service account. Throws HttpFailure, or Refusal, where that is refused. */
export async function proveClient(client: RoleLogin): Promise<Finding> {
  const { template, details } = client;
  const { login } = template;
  const role = roleIn(template, details);
  if (role !== null) return { data: { returnedData: await (await openAccountRole(client, role)).whoAmI() } };
  if (login === null) throw notChecked('no secret', 'This template has no secret that could be proven.');
  if (login.probe === 'github') return await proveByCode(client);
  const isItself = login.probe === 'client' || authTypeOf(template, configOf(template, details)) === 'Service Account';
  if (!isItself) return await proveByRefresh(client);
  const proof = login.probe === 'client' ? { ...clientGrant(template, details), scope: login.scope ?? '' } : clientGrant(template, details);
  await ask(client, proof, TOKEN);
  return {};
}

/**
 * A refresh token that nobody issued. Who is refused as a client has a wrong secret; who is refused the token is known as a client (RFC
 * 6749, part 5.2).
 */
async function proveByRefresh(client: RoleLogin): Promise<Finding> {
  const { scopes } = configOf(client.template, client.details);
  const grant = {
    grant_type: 'refresh_token',
    refresh_token: 'changeover-probe',
    ...(typeof scopes === 'string' ? { scope: scopes } : {}),
  };
  const code = await refusalOf(ask(client, grant, REFUSED));
  if (code === 'invalid_grant' && client.template.login?.isAmbiguous !== true) return {};
  if (code === 'invalid_grant')
    throw notChecked(code, 'The identity provider says the same of a wrong secret and of a token that it does not know.');
  throw notChecked(code, 'The identity provider does not say whether it knows the client.');
}

async function proveByCode(client: RoleLogin): Promise<Finding> {
  const { error } = await ask(client, { code: 'changeover-probe' }, REFUSED);
  if (error === 'bad_verification_code') return {};
  if (error === 'incorrect_client_credentials') throw new HttpFailure('token', 401, { code: error, text: '' });
  throw notChecked(/^\w{1,60}$/.test(error) ? error : 'another answer', 'GitHub does not say whether it knows the client.');
}

/** The code of a refusal that is not about the client. */
async function refusalOf(answered: Promise<unknown>): Promise<string> {
  try {
    await answered;
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 400 && UNSURE.has(error.code)) return error.code;
    throw error;
  }
  return 'another answer';
}

const UNSURE = new Set(['invalid_grant', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']);

async function ask<A extends z.ZodType>({ template, details, egress }: RoleLogin, grant: Grant, answer: A): Promise<z.output<A>> {
  const [url, request] = [tokenUrlOf(template, details), tokenRequest(template, details, grant)];
  if (url === null || request === null) throw notChecked('no secret', 'There is no client secret that could be proven.');
  return await openHttp(egress, url).ask(request, answer);
}

function notChecked(cause: string, message: string): NotChecked {
  return new NotChecked(cause, message, 'Sign in with it once, or use a service account.');
}
