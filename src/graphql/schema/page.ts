import type { ObjectRef } from '@pothos/core';
import { badRequest } from '../../domain/errors/errors.ts';
import type { PageRequest } from '../../domain/ports/page.ts';
import { never } from '../plugins/budget/answer-budget.ts';
import type { Builder } from './builder.ts';
import type { Context } from './context.ts';
import { chargeRows } from './unpaged-lists.ts';

/** Most rows of one page. */
export const MAX_PAGE = 100;
/** Rows of a page where none are asked for. */
export const DEFAULT_PAGE = 50;

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

export interface Page<T> {
  readonly edges: readonly Edge<T>[];
  readonly pageInfo: PageInfo;
}

export interface PageArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** Reads one row more than asked for, to know whether there is a next page, and charges them. Throws BAD_REQUEST for a bad `first` or cursor. */
export async function readPage<T extends object>(
  { answer }: Context,
  args: PageArgs,
  key: (row: T) => { readonly at: number; readonly id: string },
  read: (page: PageRequest) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const first = args.first ?? DEFAULT_PAGE;
  if (first < 1 || first > MAX_PAGE) throw badRequest('first', `first is a number from 1 to ${MAX_PAGE}.`);
  const after = args.after == null ? null : readCursor(args.after);
  const rows = await read({ limit: first + 1, after });
  if (!chargeRows(answer, rows)) return await never();
  const edges = rows.slice(0, first).map((node) => ({ cursor: writeCursor(key(node)), node }));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

export function writeCursor({ at, id }: { readonly at: number; readonly id: string }): string {
  return Buffer.from(`${at}/${id}`).toString('base64url');
}

export function readCursor(cursor: string, path = 'after'): { readonly at: number; readonly id: string } {
  const [, at, id] = /^(\d{1,16})\/([0-9a-f-]{36})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (at === undefined || id === undefined) throw badRequest(path, `${path} is not a cursor of this list.`);
  return { at: Number(at), id };
}

export type PageTypes = ReturnType<typeof createPageTypes>;

export function createPageTypes(builder: Builder) {
  const pageInfo = builder.objectRef<PageInfo>('PageInfo').implement({
    fields: (t) => ({
      hasNextPage: t.exposeBoolean('hasNextPage', { nullable: false }),
      hasPreviousPage: t.exposeBoolean('hasPreviousPage', { nullable: false }),
      startCursor: t.exposeString('startCursor'),
      endCursor: t.exposeString('endCursor'),
    }),
  });
  return { pageInfo };
}

export type BuilderTypes = Builder extends PothosSchemaTypes.SchemaBuilder<infer Types> ? Types : never;

/** `<Name>Page` and `<Name>Edge` of one kind of row. */
export function pageOf<T extends object>(builder: Builder, { pageInfo }: PageTypes, name: string, node: ObjectRef<BuilderTypes, T>) {
  const edge = builder.objectRef<Edge<T>>(`${name}Edge`).implement({
    fields: (t) => ({
      cursor: t.exposeString('cursor', { nullable: false }),
      node: t.field({
        type: node,
        description: 'Null, with an error that names the row, when the row was altered past the gateway: the others are served.',
        resolve: (row) => row.node as never,
      }),
    }),
  });
  return builder.objectRef<Page<T>>(`${name}Page`).implement({
    fields: (t) => ({
      edges: t.field({ type: [edge], nullable: false, resolve: (page) => [...page.edges] }),
      pageInfo: t.field({ type: pageInfo, nullable: false, resolve: (page) => page.pageInfo }),
    }),
  });
}
