// A store that is whole, with one thing in it changed: what the check has to notice, or it proves nothing.
import { wholeness } from './wholeness.mjs';

const ofVersion = ({ audit }, action, fits = () => true) => audit.find((row) => row.action === action && fits(row));
const without = (list, row) => list.splice(list.indexOf(row), 1);

const SPOILT = {
  'a version of a waited commit is lost': (state) => {
    const { details } = ofVersion(state, 'connection.update', (row) => row.details.waited);
    without(
      state.versions,
      state.versions.find((row) => row.change_id === details.changeId),
    );
  },
  'a commit does not say that it waited': (state) => {
    ofVersion(state, 'connection.update', ({ details }) => details.waited).details.waited = false;
  },
  'a change waits and nobody asked for it': (state) => {
    const { id } = state.changes.find((row) => row.state === 'PENDING');
    without(
      state.audit,
      ofVersion(state, 'change.wait', ({ details }) => details.changeId === id),
    );
  },
  'what a waiting change has sealed is gone': (state) => {
    state.contents.delete(state.changes.find((row) => row.state === 'PENDING').content_id);
  },
  'a discarded change kept what it had sealed': (state) => {
    const { content_id } = state.changes.find(
      (row) => row.state === 'DISCARDED' && state.versions.every((one) => one.content_id !== row.content_id),
    );
    state.contents.set(content_id, { project_id: '', key_generation: 1 });
  },
  'a retirement is not in the audit': (state) => without(state.audit, ofVersion(state, 'version.retire')),
  'a lease ended and nobody ended it': (state) => without(state.audit, ofVersion(state, 'lease.release')),
  'a data key that is needed was destroyed': (state) => {
    const { project_id, key_generation } = state.versions[0];
    without(
      state.keys,
      state.keys.find((key) => key.owner === project_id && key.purpose === 'dek' && key.generation === key_generation),
    );
  },
  'a data key was made and nobody made it': (state) => without(state.audit, ofVersion(state, 'project.rekey')),
  'a key is wrapped for the old master key, after the rotation': (state) => {
    const { fromKid } = ofVersion(state, 'instance.rekey').details;
    state.keys.find(({ purpose }) => purpose === 'dek').kid = fromKid;
  },
  'the old master key opens nothing': (state) =>
    without(
      state.keys,
      state.keys.find(({ purpose }) => purpose === 'upgrade'),
    ),
  'an event is missing': (state) => state.events.pop(),
};

/** What the check of wholeness does not notice in this state. */
export function overlooked(state) {
  return Object.entries(SPOILT)
    .filter(([, spoil]) => {
      const copy = structuredClone(state);
      spoil(copy);
      let noticed = 0;
      wholeness(copy, () => {
        noticed += 1;
      });
      return noticed === 0;
    })
    .map(([what]) => `nothing is said when ${what}`);
}
