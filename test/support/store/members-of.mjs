/** A transaction's aggregates as members of a plain object, which spreads; they are made when they are asked for. */
export function membersOf(tx) {
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(tx)).filter((name) => name !== 'constructor');
  return Object.fromEntries(names.map((name) => [name, typeof tx[name] === 'function' ? tx[name].bind(tx) : tx[name]]));
}
