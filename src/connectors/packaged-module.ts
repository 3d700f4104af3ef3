import './share-own-copy.ts';

/** The connectors of a package whose main module this one's own URL names; each has a URL of its own, and so is a module of its own. */
const url = new URL(import.meta.url).searchParams.get('of');
const { default: exported } = (await import(url ?? '')) as { readonly default?: unknown };

export default exported;
