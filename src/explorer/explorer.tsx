import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { closeSession, type Identity, readSession } from './session/session.ts';
import { SignIn } from './session/sign-in.tsx';

/** The editor is a hundred times the size of this page: only a signed-in browser loads it. */
const Workbench = lazy(async () => ({ default: (await import('./workbench/workbench.tsx')).Workbench }));

/** The page: a form until somebody is signed in, then the editor. Undefined means that the gateway has not said yet. */
export function Explorer() {
  const [identity, setIdentity] = useState<Identity | null>();
  const [notice, setNotice] = useState('');

  const look = useCallback(async () => {
    try {
      setIdentity(await readSession());
    } catch (error) {
      setIdentity(null);
      setNotice(error instanceof Error ? error.message : String(error));
    }
  }, []);
  useEffect(() => void look(), [look]);

  const endSession = useCallback(() => {
    setIdentity(null);
    setNotice('Your session has ended. Sign in again.');
  }, []);

  async function signOut() {
    try {
      await closeSession();
      setIdentity(null);
      setNotice('');
    } catch {
      setNotice('You are still signed in, because the gateway did not answer. Try again.');
    }
  }

  async function enter() {
    setNotice('');
    await look();
  }

  if (identity === undefined) return null;
  if (identity === null) return <SignIn notice={notice} onSignedIn={enter} />;
  return (
    <>
      <header className="bar">
        <h1>Changeover API explorer</h1>
        {notice !== '' && <p role="alert">{notice}</p>}
        <p title={`Project ${identity.project}`}>
          Signed in as <strong>{identity.name}</strong> ({identity.roles.join(', ')})
        </p>
        <button type="button" onClick={signOut}>
          Sign out
        </button>
      </header>
      <main className="workbench">
        <Suspense fallback={<p className="waiting">Loading the editor…</p>}>
          <Workbench onSessionEnd={endSession} />
        </Suspense>
      </main>
    </>
  );
}
