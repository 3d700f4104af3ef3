// Loaded before the gateway: the housekeeping that it does every ten seconds comes every 300 ms, so that a short run has retirements in it.
const setTimeoutOfNode = globalThis.setTimeout;

globalThis.setTimeout = (work, ms, ...args) => setTimeoutOfNode(work, work.name === 'run' && ms === 10_000 ? 300 : ms, ...args);
