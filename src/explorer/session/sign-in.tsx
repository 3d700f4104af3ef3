import { type FormEvent, useEffect, useRef, useState } from 'react';
import { openSession } from './session.ts';

/** The token lives in the input, which is emptied as it is read, and in the one request that follows: never in state, storage or the URL. */
export function SignIn({ notice, onSignedIn }: { readonly notice: string; readonly onSignedIn: () => Promise<void> }) {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState(notice);
  const [busy, setBusy] = useState(false);
  useEffect(() => input.current?.focus(), []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const token = input.current?.value ?? '';
    event.currentTarget.reset();
    setProblem('');
    setBusy(true);
    try {
      await openSession(token);
      await onSignedIn();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setBusy(false);
      input.current?.focus();
    }
  }

  return (
    <main className="sign-in">
      <h1>Changeover API explorer</h1>
      <form method="post" onSubmit={submit} aria-busy={busy}>
        <label htmlFor="token">API token</label>
        <input ref={input} id="token" type="password" required autoComplete="off" aria-describedby="token-help" />
        <p id="token-help">
          You can do here what the token may do. The first start of a gateway writes an owner’s token to <code>owner-token</code> in its
          data directory; <code>changeover token create</code> makes more.
        </p>
        <p role="alert">{problem}</p>
        <button type="submit" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
