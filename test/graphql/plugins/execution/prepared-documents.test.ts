import { expect, test } from 'vitest';
import { PreparedDocuments } from '../../../../src/graphql/plugins/execution/prepared-documents.ts';

const document = (index: number) => `query Q${index} { getUser { id } }`;
const MOST = { all: 100_000, ofCaller: 40_000 };

test('documents of one caller take up no more than his part, and put out his own oldest alone', () => {
  const documents = new PreparedDocuments<{ readonly index: number }>(MOST);
  documents.set('other', 'query Other { getUser { id } }', { index: -1 });
  for (let index = 0; index < 1000; index += 1) documents.set('one', document(index), { index });
  const kept = Array.from({ length: 1000 }, (_, index) => documents.get(document(index))).filter((found) => found !== undefined);
  expect({
    other: documents.get('query Other { getUser { id } }'),
    newest: kept.at(-1)?.index,
    few: kept.length < 20,
    within: documents.size <= MOST.ofCaller + 4000,
  }).toEqual({ other: { index: -1 }, newest: 999, few: true, within: true });
});

test('documents of all callers take up no more than there is for all', () => {
  const documents = new PreparedDocuments<object>(MOST);
  for (let index = 0; index < 1000; index += 1) documents.set(`caller ${index}`, document(index), {});
  expect({ bounded: documents.size <= MOST.all, newest: documents.get(document(999)), oldest: documents.get(document(0)) }).toEqual({
    bounded: true,
    newest: {},
    oldest: undefined,
  });
});

test('a caller whose documents were put out by others has his part again', () => {
  const documents = new PreparedDocuments<object>(MOST);
  for (let index = 0; index < 5; index += 1) documents.set('one', document(index), {});
  for (let index = 0; index < 1000; index += 1) documents.set(`caller ${index}`, `query Other${index} { getUser { id } }`, {});
  for (let index = 0; index < 5; index += 1) documents.set('one', document(index), {});
  expect(Array.from({ length: 5 }, (_, index) => documents.get(document(index)))).toEqual([{}, {}, {}, {}, {}]);
});

test('a document that is brought again counts once', () => {
  const documents = new PreparedDocuments<object>(MOST);
  for (let time = 0; time < 100; time += 1) {
    documents.set('one', document(1), {});
    documents.set('two', document(1), {});
  }
  expect(documents.size).toBeLessThan(4000);
});
