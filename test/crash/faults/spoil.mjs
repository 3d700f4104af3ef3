// A store that is whole, with one thing in it changed: what the check has to notice, or it proves nothing.
import { wholeness } from '../checks/wholeness.mjs';

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
  'a version has lost its reference': (state) => {
    state.versions.find(({ reference }) => reference !== null).reference = null;
  },
  'a version refers to something else than was staged': (state) => {
    state.versions.find(({ reference }) => reference !== null).reference.path += '/elsewhere';
  },
  'a change refers to something else than the audit tells': (state) => {
    const change = state.changes.find(({ reference, state: at }) => reference !== null && at === 'COMMITTED');
    change.reference.key = 'elsewhere';
    state.versions.find(({ change_id }) => change_id === change.id).reference.key = 'elsewhere';
  },
  'a version with a reference is bound to nothing': (state) => {
    state.versions.find(({ reference }) => reference !== null).is_bound = false;
  },
  'a grant is lost': (state) => state.grants.pop(),
  'a grant that was revoked is there': (state) => {
    const { entity_id, details } = ofVersion(state, 'secret-provider.revoke');
    state.grants.push({ project_id: entity_id, ...details });
  },
  'a grant is there and nobody granted it': (state) => without(state.audit, ofVersion(state, 'secret-provider.grant')),
};

/** What the check of wholeness does not notice in this state. */
export function overlooked(state) {
  const spoilt = Object.entries(SPOILT).map(([what, spoil]) => [what, (copy) => retold(copy, spoil)]);
  return [...spoilt, ['an event is missing', ({ events }) => events.pop()]]
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

/** The events tell the same as the audit, or those that differ would be all that is noticed. */
function retold(state, spoil) {
  spoil(state);
  state.events = state.audit.map(({ action, entity_id }) => `${action} ${entity_id ?? ''}`);
}
