import { afterAll, describe, expect, test } from 'vitest';
import type { Answer, TestToken } from '../support/gateway/gateway.ts';
import { CALLERS, type Caller, type Scene, startScene } from '../support/operations/matrix-scene.ts';
import { kindRows, ROWS, type Row } from '../support/operations/operation-matrix.ts';
import { sweep } from '../support/run/sweep.ts';

const FIELDS = '{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { fields { name } } } }';

/**
 * Every operation of the served schema, asked by every role with arguments that succeed for those who may: the others are refused by
 * the permission that they lack, before anything is looked up, and leave everything as it was. On the given engine; the schema is
 * read at once, so that each operation is a test of its own. `oneOf` says which part of them is enough where another engine has all.
 */
export async function describeEveryOperation(engine: string, databaseUrl: string | null, oneOf = 1): Promise<void> {
  const scene = await startScene(databaseUrl);
  const { __schema } = await scene.ask(FIELDS);
  const namesOf = (type: { readonly fields: readonly { readonly name: string }[] }) => type.fields.map(({ name }) => name);
  const mutations = namesOf(__schema.mutationType);
  const subscriptions = namesOf(__schema.subscriptionType);
  const fields = [...namesOf(__schema.queryType), ...mutations, ...subscriptions];
  const rows = [...ROWS, ...kindRows(mutations)];

  describe(`every operation by every role on ${engine}`, () => {
    afterAll(() => scene.close());

    test('each root field of the schema has its row, and each row its field: add or take it away in test/support/operations/operation-matrix.ts', () => {
      const known = rows.filter(({ when }) => when === undefined || when.startsWith('that ')).map(({ field }) => field);
      expect({
        withoutRow: fields.filter((field) => !known.includes(field)),
        withoutField: rows.map(({ field }) => field).filter((field) => !fields.includes(field)),
      }).toEqual({ withoutRow: [], withoutField: [] });
    });

    test.each(sweep(rows, oneOf).map((row) => [titleOf(row), row] as const))('%s', async (_, row) => {
      const isStream = subscriptions.includes(row.field);
      const kind = isStream ? 'subscription' : mutations.includes(row.field) ? 'mutation' : 'query';
      const document = async () => `${kind} { ${row.field}${await row.ask(scene)} }`;
      const { by, answer = 'ok', blind = [], elsewhere = 'NOT_FOUND', limited = 'NOT_FOUND' } = row;
      let first: string | null = await document();
      const ask = async (token: TestToken | null, sees: boolean | null) =>
        verdictOf(
          await (isStream
            ? scene.firstOf(first ?? (await document()), token, async () => await row.meanwhile?.(scene))
            : scene.answer(first ?? (await document()), token)),
          sees === false ? scene : null,
        );
      const ended = scene.ended[rows.indexOf(row) % scene.ended.length];
      const lacking = CALLERS.filter((caller) => !by.includes(caller));
      const theirs = lacking.map((caller) => scene.tokens[caller]);
      const before = await scene.deedsOf(theirs);
      // Those who may not come first: had they any effect, the others would find what is asked about used up.
      const refused = {
        ...(await inTurn(lacking, (caller) => ask(scene.tokens[caller], false))),
        elsewhere: await ask(scene.tokens.elsewhere, false),
        limited: await ask(scene.tokens.limited, false),
        'no token': await ask(null, false),
        'an expired token': await ask(ended?.expired ?? null, false),
        'a revoked token': await ask(ended?.revoked ?? null, false),
      };
      const done = [...(await scene.deedsOf(theirs))].filter(([id]) => !before.has(id)).map(([, deed]) => deed);
      const granted = await inTurn(by, async (caller) => {
        const verdict = await ask(scene.tokens[caller], !blind.includes(caller));
        first = null;
        return verdict;
      });
      expect({ ...refused, ...granted, done }).toEqual({
        ...Object.fromEntries(CALLERS.map((caller) => [caller, by.includes(caller) ? answer : `FORBIDDEN ${lackOf(row, caller)}`])),
        elsewhere: elsewhere === 'FORBIDDEN' ? expect.stringMatching(/^FORBIDDEN/) : elsewhere,
        limited: limited === 'FORBIDDEN' ? expect.stringMatching(/^FORBIDDEN/) : limited,
        'no token': '401',
        'an expired token': '401',
        'a revoked token': '401',
        done: [],
      });
    });
  });
}

function titleOf({ field, when }: Row): string {
  return when === undefined ? field : `${field} ${when}`;
}

function lackOf({ field, lacks }: Row, caller: Caller): string {
  const permission = typeof lacks === 'string' ? lacks : lacks?.[caller];
  if (permission === undefined) throw new Error(`The row of ${field} does not say what ${caller} lacks.`);
  return permission;
}

/** `ok`, the code of the error, or the status; for whoever is to be told nothing, what it was told all the same. */
function verdictOf({ status, errors, text }: Pick<Answer, 'status' | 'errors' | 'text'>, hidden: Pick<Scene, 'ids'> | null): string {
  if (status !== 200) return String(status);
  const [error] = errors ?? [];
  if (error !== undefined) {
    const { code, permission } = error.extensions;
    return permission === undefined ? code : `${code} ${permission}`;
  }
  const told = hidden === null ? [] : [...hidden.ids].filter((id) => text.includes(id));
  return told.length === 0 ? 'ok' : `ok, and told of ${told.join(', ')}`;
}

async function inTurn<Name extends string, T>(names: readonly Name[], work: (name: Name) => Promise<T>): Promise<Record<string, T>> {
  const found: Record<string, T> = {};
  for (const name of names) found[name] = await work(name);
  return found;
}
