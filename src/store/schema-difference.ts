/** One line for the operator. Names can be anything that somebody put into the database, so only a safe part of them is shown. */
export function sayDifference(what: 'added' | 'changed' | 'missing', type: string, name: string, table: string): string {
  const shown = (text: string) => text.replace(/[^\w.]/g, '?').slice(0, 60);
  const of = table === name ? '' : ` of table "${shown(table)}"`;
  const verdict = { added: 'is not one of ours', changed: 'is not as the migrations made it', missing: 'is missing' }[what];
  return `the ${type} "${shown(name)}"${of} ${verdict}`;
}

/** The line with which a start ends that finds such a difference. */
export function refusalOf(store: string, difference: string): string {
  return `${store} has a schema that was changed: ${difference}. Undo that, or restore the store from a backup; nothing was written.`;
}
