import { z } from 'zod';
import type { HttpSession } from '../kits/http/http-session.ts';
import { nullOn } from '../kits/http/null-on.ts';

const SCIM = '/api/2.0/preview/scim/v2';

/**
 * A principal under the name that grants use: the application id of a service principal, or the e-mail address of a person. An answer
 * without a name is no principal.
 */
const PRINCIPAL = z
  .object({
    applicationId: z.string().nullish(),
    userName: z.string().nullish(),
    groups: z.array(z.object({ display: z.string().nullish() })).nullish(),
  })
  .transform(({ applicationId, userName, groups }) => ({
    name: applicationId ?? userName ?? '',
    groups: (groups ?? []).flatMap(({ display }) => display ?? []),
  }))
  .refine(({ name }) => name !== '');

/** Who the login is, by the SCIM API, which every principal may ask about itself. */
export async function askIdentity(session: HttpSession) {
  return await session.ask(`${SCIM}/Me`, PRINCIPAL);
}

/** With its groups where the login may look it up, else by itself. */
export async function findPrincipal(session: HttpSession, applicationId: string): Promise<z.output<typeof PRINCIPAL>> {
  const alone = { name: applicationId, groups: [] };
  // The filter is a quoted text; an id that holds anything else is not looked up.
  if (!/^[A-Za-z0-9-]+$/.test(applicationId)) return alone;
  const path = `${SCIM}/ServicePrincipals?filter=${encodeURIComponent(`applicationId eq "${applicationId}"`)}`;
  const found = await nullOn([403], session.ask(path, z.object({ Resources: z.array(PRINCIPAL).optional() })));
  return found?.Resources?.[0] ?? alone;
}
