/** Tables on the terminal, and the ratios, which are what counts. */
export function printReport({ machine, results }) {
  console.log(machine);
  for (const [name, { rows, ratios, bytes }] of Object.entries(results)) {
    console.log(`\n${name}`);
    console.table(Object.fromEntries(rows.map(({ name: row, ...figures }) => [row, figures])));
    if (bytes !== undefined) console.log(`${bytes.ofConnection} bytes on disk a connection, ${bytes.withHistory} with its history`);
    for (const [what, ratio] of Object.entries(ratios)) console.log(`${ratio} x ${what}`);
  }
}
