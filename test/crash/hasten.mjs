// Loaded before the gateway: the housekeeping that it does every ten seconds comes every 300 ms, and its look for commits that wait every
// 100 ms instead of every second, so that a short run has retirements and waits in it.
const setTimeoutOfNode = globalThis.setTimeout;
const HASTENED = { 10000: 300, 1000: 100 };

globalThis.setTimeout = (work, ms, ...args) => setTimeoutOfNode(work, work.name === 'run' ? (HASTENED[ms] ?? ms) : ms, ...args);
