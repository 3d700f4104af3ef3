// Loaded before the gateway: the maintenance that it does every ten seconds comes every 300 ms, and its look for commits that wait every
// 100 ms instead of every second, so that a short run has retirements and waits in it; a secret is kept for a second instead of five minutes.
const setTimeoutOfNode = globalThis.setTimeout;
const HASTENED = { 10000: 300, 1000: 100 };
const SECRET_KEPT_MS = 300_000;

globalThis.setTimeout = (work, ms, ...args) => {
  const regular = work.name === 'run' ? (HASTENED[ms] ?? ms) : ms;
  return setTimeoutOfNode(work, ms === SECRET_KEPT_MS ? 1000 : regular, ...args);
};
