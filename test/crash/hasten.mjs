// Loaded before the gateway: the maintenance that it does every ten seconds comes every 300 ms, and its look for commits that wait every
// 100 ms instead of every second, so that a short run has retirements and waits in it; a secret is kept for a second instead of five minutes.
const setTimeoutOfNode = globalThis.setTimeout;
const HASTENED = { 10000: 300, 1000: 100 };
const SECRET_KEPT_MS = 300_000;
/** What `repeat` of src/jobs/repeat.ts sets timers for; the bundler may have added a number. */
const PASS = /^pass(\$\d+)?$/;
let hastened = 0;

globalThis.setTimeout = (work, ms, ...args) => setTimeoutOfNode(work, hastenedMs(work.name, ms), ...args);

function hastenedMs(name, ms) {
  if (ms === SECRET_KEPT_MS) return 1000;
  if (HASTENED[ms] === undefined || !PASS.test(name)) return ms;
  hastened += 1;
  return HASTENED[ms];
}

// Where that has another name one day, the run must not go on at the regular pace without a word: what is logged fails it.
setTimeoutOfNode(() => {
  if (hastened === 0) console.error('hasten.mjs: no pass of a job was hastened');
}, 5000).unref();
