// What jobs may see of secrets that lie in files, and are changed, granted and revoked while they are read.

/** What a job asks to have read anew is no older than its request. */
export function fresh({ ok }) {
  return seen(ok).flatMap(({ key, args, inv, value, next }) =>
    args.fresh === true && next !== undefined && next.ret < inv
      ? [`secret ${value.serial} of ${value.tag} was read anew for ${key}, when the next one was there already`]
      : [],
  );
}

/** A job gets a secret that was there, and is replaced for no longer than it may be kept. */
export function kept({ ok, keptMs }) {
  return seen(ok).flatMap(({ op, key, inv, ret, value, own, next }) => {
    if (own !== undefined && own.inv > ret) return [`${op} of ${key} gave secret ${value.serial} of ${value.tag} before it was there`];
    return next !== undefined && next.ret < inv - keptMs * 1e6
      ? [`${op} of ${key} gave secret ${value.serial} of ${value.tag}, long replaced`]
      : [];
  });
}

/** Every secret that was seen, with when it and the one after it were written. */
function seen(ok) {
  const written = new Map(ok.filter(({ op }) => op === 'write').map((event) => [`${event.key}~${event.value.serial}`, event]));
  return ok
    .filter(({ op, value }) => op !== 'write' && value?.serial !== undefined)
    .map((event) => ({
      ...event,
      own: written.get(`${event.value.tag}~${event.value.serial}`),
      next: written.get(`${event.value.tag}~${event.value.serial + 1}`),
    }));
}

/** What was revoked leads nowhere at once, however lately it was read, and what is granted is had. */
export function grants({ events }) {
  const steps = events.filter(({ op }) => op === 'grant' || op === 'revoke').sort((a, b) => a.inv - b.inv);
  return events
    .filter(({ op, type }) => op === 'brief' && type !== 'info')
    .flatMap(({ key, inv, ret, type }) => {
      const last = steps.filter((step) => step.inv < ret).at(-1);
      // Whoever asked while it was granted or revoked may have come before it or after it.
      const isSure = last === undefined || (last.type === 'ok' && last.ret < inv);
      if (!isSure || (type === 'ok') === (last?.op !== 'revoke')) return [];
      return [`a lease on ${key} was ${type === 'ok' ? 'granted with a secret that was revoked' : 'refused a secret that is granted'}`];
    });
}
