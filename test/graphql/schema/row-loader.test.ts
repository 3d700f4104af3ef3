import { expect, test, vi } from 'vitest';
import { RowLoader } from '../../../build/graphql/schema/row-loader.js';

/** A loader of `row ID`s, and what it has read. */
function loading(fails: (ids: readonly string[]) => boolean = () => false) {
  const reads: string[][] = [];
  const loader = new RowLoader<string>(async (ids) => {
    reads.push([...ids]);
    if (fails(ids)) throw new Error('the store is lost');
    return ids.map((id) => `row ${id}`);
  });
  return { loader, reads };
}

test('the rows of all lists of one moment are read at once, each once, and are there from then on', async () => {
  const { loader, reads } = loading();
  await Promise.all([loader.loadAll(['a', 'b']), loader.loadAll(['b', 'c'])]);
  expect({ reads, again: loader.loadAll(['a', 'c']), a: loader.load('a'), c: loader.peek('c') }).toEqual({
    reads: [['a', 'b', 'c']],
    again: null,
    a: 'row a',
    c: 'row c',
  });
});

test('what a list needs and is not there yet is read', async () => {
  const { loader, reads } = loading();
  await loader.loadAll(['a']);
  await loader.loadAll(['a', 'b']);
  expect(reads).toEqual([['a'], ['b']]);
});

test('what another list waits for is waited for, and not read twice', async () => {
  let arrive = () => {};
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const reads: string[][] = [];
  const loader = new RowLoader<string>(async (ids) => {
    reads.push([...ids]);
    await arrived;
    return ids.map((id) => `row ${id}`);
  });
  const first = loader.loadAll(['a', 'b']);
  await vi.waitFor(() => expect(reads).toHaveLength(1));
  const second = loader.loadAll(['b', 'c']);
  await vi.waitFor(() => expect(reads).toHaveLength(2));
  arrive();
  await Promise.all([first, second]);
  expect({ reads, all: ['a', 'b', 'c'].map((id) => loader.peek(id)) }).toEqual({
    reads: [['a', 'b'], ['c']],
    all: ['row a', 'row b', 'row c'],
  });
});

test('rows that could not be read fail where each is asked for, and are not read again', async () => {
  const { loader, reads } = loading(() => true);
  await loader.loadAll(['a', 'b']);
  const told = await Promise.all(['a', 'b'].map(async (id) => await Promise.resolve(loader.load(id)).catch(String)));
  expect({ told, peeked: loader.peek('a'), reads }).toEqual({
    told: ['Error: the store is lost', 'Error: the store is lost'],
    peeked: undefined,
    reads: [['a', 'b']],
  });
});

test('rows that are asked for one by one are read at once, too', async () => {
  const { loader, reads } = loading();
  expect(await Promise.all([loader.load('a'), loader.load('b'), loader.load('a')])).toEqual(['row a', 'row b', 'row a']);
  expect(reads).toEqual([['a', 'b']]);
});
