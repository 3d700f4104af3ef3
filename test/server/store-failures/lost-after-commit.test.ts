import { afterAll, describe, expect, test } from 'vitest';
import type { Answer, TestToken } from '../../support/gateway/gateway.ts';
import { startScene } from '../../support/operations/matrix-scene.ts';
import { kindRows, ROWS, type Row } from '../../support/operations/operation-matrix.ts';
import { eventually } from '../../support/outcomes/eventually.ts';
import { sweep } from '../../support/run/sweep.ts';
import { startPostgres } from '../../support/servers/embedded-postgres.ts';
import { stretchWire } from '../../support/servers/wire.ts';

/** More transactions than any of them makes. */
const MOST = 60;

const server = await startPostgres();
const wire = await stretchWire(server);
const scene = await startScene(wire.through(await server.createDatabase('lost_after_commit')));
afterAll(async () => {
  await scene.close();
  await wire.close();
  await server.close();
});

interface TypeRef {
  readonly name: string | null;
  readonly kind: string;
  readonly ofType?: TypeRef | null;
}
interface Field {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly type: TypeRef;
}

const REF = 'name kind ofType { name kind ofType { name kind ofType { name kind } } }';
const { __schema } = await scene.ask(
  `{ __schema { mutationType { fields { name args { name } type { ${REF} } } } types { name fields { name args { name } type { ${REF} } } } } }`,
);
const mutations: readonly Field[] = __schema.mutationType.fields;
const fieldsOf = new Map<string, readonly Field[] | null>(
  __schema.types.map(({ name, fields }: { name: string; fields: readonly Field[] | null }) => [name, fields]),
);

/** Everything that an answer can hold so deep, so that whatever is read for it is read after the commit. */
function selectionOf(type: TypeRef, depth: number): string | null {
  if (type.ofType != null) return selectionOf(type.ofType, depth);
  const fields = fieldsOf.get(type.name ?? '') ?? null;
  if (fields === null) return '';
  if (depth === 0) return null;
  const selected = fields
    .filter(({ args }) => args.length === 0)
    .map((field) => ({ name: field.name, below: selectionOf(field.type, depth - 1) }))
    .filter(({ below }) => below !== null)
    .map(({ name, below }) => `${name} ${below}`);
  return selected.length === 0 ? null : `{ ${selected.join(' ')} }`;
}

/** The arguments alone: a row ends with its selection. */
function argumentsOf(asked: string): string {
  let open = 0;
  let at = asked.length;
  do {
    at -= 1;
    open += asked[at] === '}' ? 1 : asked[at] === '{' ? -1 : 0;
  } while (open > 0);
  return asked.slice(0, at);
}

/** Noting in which minute a token was used is a transaction, too, and none of the request's. */
async function warmUp(token: TestToken): Promise<void> {
  const minute = scene.now() - (scene.now() % 60_000);
  await eventually(async () => {
    await scene.answer('{ getUser { email } }', token);
    // What a row needs was made by this one.
    const { getUser: maker } = await scene.ask('{ getUser { id } }');
    const unnoted = await server.query(
      `select id from tokens where id in ('${token.id}', '${maker.id}') and (last_used_at is null or last_used_at < ${minute})`,
      'lost_after_commit',
    );
    expect(unnoted).toEqual([]);
  });
}

const codeOf = ({ status, text, errors }: Answer) =>
  errors?.[0]?.extensions.code ?? (status === 200 ? 'ok' : String((JSON.parse(text) as { code?: string }).code ?? status));

const rows: readonly Row[] = [...ROWS, ...kindRows(mutations.map(({ name }) => name))].filter(
  // What goes by the control socket alone has nobody; what is refused changes nothing.
  ({ field, by, answer }) => by.length > 0 && answer === undefined && mutations.some(({ name }) => name === field),
);

describe('a mutation whose database is lost right after a commit never says that nothing happened', () => {
  test.each(sweep(rows, 4).map((row) => [`${row.field} ${row.when ?? ''}`.trim(), row] as const))('%s', async (_, row) => {
    const [caller] = row.by;
    if (caller === undefined) throw new Error('Somebody may do it.');
    const type = mutations.find(({ name }) => name === row.field)?.type;
    const selection = type === undefined ? null : selectionOf(type, 2);
    const answers: string[] = [];
    for (let nth = 1; nth <= MOST; nth += 1) {
      const document = `mutation { ${row.field}${argumentsOf(await row.ask(scene))} ${selection} }`;
      await warmUp(scene.tokens[caller]);
      const happened = wire.afterCommit('cut', { nth });
      const answer = await scene.answer(document, scene.tokens[caller]);
      const isLost = happened();
      // Whether it was lost or not, the next one begins anew.
      wire.mend();
      await eventually(async () => expect((await scene.answer('{ getUser { email } }', scene.tokens[caller])).status).toBe(200));
      answers.push(codeOf(answer));
      if (!isLost) break;
    }
    // The last one lost nothing.
    expect({ last: answers.at(-1), lost: answers.filter((code) => code !== 'ok' && code !== 'OUTCOME_UNKNOWN') }).toEqual({
      last: 'ok',
      lost: [],
    });
  });
});
