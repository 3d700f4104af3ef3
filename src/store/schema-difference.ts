import type { SchemaDifference } from '../domain/ports/upkeep-store.ts';

/** Names can be anything that somebody put into the database, so only a safe part of them is shown. */
export function describeDifference(what: 'added' | 'changed' | 'missing', type: string, name: string, table: string): SchemaDifference {
  const shown = (text: string) => text.replace(/[^\w.]/g, '?').slice(0, 60);
  const of = table === name ? '' : ` of table "${shown(table)}"`;
  const verdict = { added: 'is not one of ours', changed: 'is not as the migrations made it', missing: 'is missing' }[what];
  return { table: shown(table), item: `${type} ${shown(name)}`, text: `the ${type} "${shown(name)}"${of} ${verdict}` };
}

/** The line with which a start ends that finds such a difference. */
export function refusalOf(store: string, { text }: SchemaDifference): string {
  return `${store} has a schema that was changed: ${text}. Undo that, or restore the store from a backup; nothing was written.`;
}
