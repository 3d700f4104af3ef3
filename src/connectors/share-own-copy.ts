import { register } from 'node:module';

/**
 * Makes every package get this copy of `changeover/connector`, from wherever it imports it: connector and gateway have to share one copy,
 * or the fields would lose their roles. So a package works wherever it is, beside an installed gateway, in a clone, or behind a link. It
 * applies to this thread, from here on.
 */
const HOOKS = `
let own;
export function initialize(data) { own = data.own; }
export function resolve(specifier, context, next) {
  return specifier === 'changeover/connector' ? { url: own, shortCircuit: true } : next(specifier, context);
}`;

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { own: new URL('./connector-api.js', import.meta.url).href } });
