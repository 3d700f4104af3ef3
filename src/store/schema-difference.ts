/** One line for the operator. Names are whatever somebody put into the database, so that little of them is shown. */
export function sayDifference(what: 'added' | 'changed' | 'missing', type: string, name: string, table: string): string {
  const shown = (text: string) => text.replace(/[^\w.]/g, '?').slice(0, 60);
  const of = table === name ? '' : ` of table "${shown(table)}"`;
  const verdict = { added: 'is not one of ours', changed: 'is not as the migrations made it', missing: 'is missing' }[what];
  return `the ${type} "${shown(name)}"${of} ${verdict}`;
}

/** How a start that finds one ends. */
export function refusalOf(store: string, difference: string): string {
  return `${store} has a schema that was changed: ${difference}. Undo that, or restore the store from a backup; nothing was written.`;
}
