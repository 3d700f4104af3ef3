// Loaded before the gateway: the maintenance that it does every ten seconds comes every 300 ms, and its look for commits that wait every
// 100 ms instead of every second, so that a short run has retirements and waits in it; a secret is kept for a second instead of five minutes.
const setTimeoutOfNode = globalThis.setTimeout;
const HASTENED = { 10000: 300, 1000: 100 };
const SECRET_KEPT_MS = 300_000;
const REPEATED_BY = '/jobs/repeat.js';
let hastened = 0;

globalThis.setTimeout = (work, ms, ...args) => setTimeoutOfNode(work, hastenedMs(ms), ...args);

function hastenedMs(ms) {
  if (ms === SECRET_KEPT_MS) return 1000;
  if (HASTENED[ms] === undefined || !new Error().stack.includes(REPEATED_BY)) return ms;
  hastened += 1;
  return HASTENED[ms];
}

// Where the jobs are started elsewhere one day, the run must not go on at the regular pace without a word: what is logged fails it.
setTimeoutOfNode(() => {
  if (hastened === 0) console.error(`hasten.mjs: nothing is repeated by ${REPEATED_BY} any more`);
}, 5000).unref();
