// Secrets that lie in files, and are changed under the gateway: each says which file it is of, and how many were there before it.
import { writeSecret } from '../crash/workload/seed.mjs';

/** For how long a gateway may answer with what it has read, milliseconds: for what is kept, and what reading takes at most. */
export const KEPT_MS = 305_000;
/** The same of one that is hastened (test/crash/hasten.mjs). */
export const HASTENED_KEPT_MS = 6000;

export function createSecrets(folder, receiverUrl) {
  const serials = new Map();
  return {
    pathOf: (tag) => `${folder}/${tag}.json`,
    /** Puts the next secret in the place of the one before, at once. Returns its number. */
    put(tag) {
      const serial = (serials.get(tag) ?? -1) + 1;
      serials.set(tag, serial);
      writeSecret(`${folder}/${tag}.json`, receiverUrl, `${tag}~${serial}`);
      return serial;
    },
  };
}

/** What the tag of an opened secret says: the file that it is of and, of one that is changed, its number. */
export function readTag(text) {
  const [tag, serial] = text.split('~');
  return serial === undefined ? { tag } : { tag, serial: Number(serial) };
}

/** What a stored version holds: the tag of what is sealed, or of the file that it refers to. */
export function tagOfVersion({ settings, reference }) {
  return reference === null ? settings.headerName.slice(2) : /([^/]+)\.json$/.exec(reference.path)[1];
}
