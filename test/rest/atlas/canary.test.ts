import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SERVICES, type ServiceField } from '../../../src/rest/atlas/fields/services.ts';
import { formsOf } from '../../contracts/connector.ts';
import { keepLog } from '../../support/gateway/kept-log.ts';
import { rest } from '../../support/gateway/rest-client.ts';
import { startAtlas } from './bench.ts';

test('no answer, log line or audit row holds what was sent as a secret, in whichever field, beyond its mask (N5)', async () => {
  const log = keepLog();
  const { gateway, ask, v1, groupId } = await startAtlas({ CHANGEOVER_LOG_LEVEL: 'debug' }, null, { logStream: log.stream });
  // The end of it is what a mask may show.
  const canary = `CNRY${randomBytes(16).toString('hex')}-end`;
  const texts: string[] = [];
  for (const { type, fields } of SERVICES) {
    const whole = Object.fromEntries(fields.map((field) => [field.name, valueFor(field, canary)]));
    const bodies: unknown[] = [whole, canary, { [canary]: canary }, [canary]];
    for (const { name } of fields.filter((field) => !isPublicText(field)))
      for (const wrong of [canary, `https://h.test/${canary}`, { nested: canary }, [canary]]) bodies.push({ ...whole, [name]: wrong });
    for (const body of bodies)
      for (const send of [ask, v1]) {
        texts.push((await send(`POST /${type}?pretty=true`, { body })).text);
        texts.push((await send(`PUT /${type}?envelope=true`, { body })).text);
      }
    texts.push((await ask(`GET /${type}`)).text);
  }
  const basic = Buffer.from(`${gateway.owner.id}:${canary}`).toString('base64');
  for (const authorization of [`Digest ${canary}`, `Digest username="${canary}"`, `Basic ${basic}`, `Bearer ${canary}`]) {
    texts.push((await ask('GET ', { token: null, headers: { authorization } })).text);
    const form = { 'content-type': 'application/x-www-form-urlencoded', authorization };
    for (const path of ['token', 'revoke'])
      texts.push(
        (
          await rest(gateway, `POST /api/oauth/${path}` as 'POST /', {
            token: null,
            body: `token=${canary}&grant_type=${canary}`,
            headers: form,
          })
        ).text,
      );
  }
  texts.push((await rest(gateway, `GET /api/atlas/v2/groups/${groupId}/integrations/${canary}`, { headers: { accept: 'x' } })).text);
  const audit = await gateway.app.services.store.read.audit.page(gateway.app.projectId, {}, { limit: 1000, after: null });
  await gateway.close();
  const everything = { texts, log: log.lines, audit: audit.map((row) => JSON.stringify(row)) };
  const shown = formsOf(canary.slice(0, -4)).filter((form) =>
    Object.values(everything).some((lines) => lines.some((line) => line.includes(form))),
  );
  expect({ asked: texts.length > 300, logged: log.lines.length > 300, audited: audit.length > 10, shown }).toEqual({
    asked: true,
    logged: true,
    audited: true,
    shown: [],
  });
});

/** A value that the field takes, with the canary where it can hold one. */
function valueFor(field: ServiceField, canary: string): unknown {
  const { is } = field.rule;
  if (is === 'boolean') return true;
  if (is === 'url') return `https://h.test/${canary}`;
  if (isPublicText(field)) return 'plain';
  return is === 'enum' ? 'EU' : canary;
}

/** It is shown as it is, to whoever may read. */
function isPublicText({ mask, rule }: ServiceField): boolean {
  return mask === undefined && rule.is === 'text';
}
