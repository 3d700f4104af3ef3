import { register } from 'node:module';

/**
 * Whatever a package takes `changeover/connector` from, it gets this very copy: connector and gateway have to share one, or the fields
 * would lose their roles. So a package works wherever it lies, beside an installed gateway, in a clone, or behind a link. It holds for
 * this thread, from here on.
 */
const HOOKS = `
let own;
export function initialize(data) { own = data.own; }
export function resolve(specifier, context, next) {
  return specifier === 'changeover/connector' ? { url: own, shortCircuit: true } : next(specifier, context);
}`;

register(`data:text/javascript,${encodeURIComponent(HOOKS)}`, { data: { own: new URL('./connector-api.js', import.meta.url).href } });
