import { connect, createServer, type Server, type Socket } from 'node:net';

type Fate = 'lose' | 'mute' | 'cut';

/** Stands between a gateway and its PostgreSQL server. */
export interface Wire {
  readonly port: number;
  /** The same URL, by way of the wire. */
  through(url: string): string;
  /** Breaks what is connected, and refuses what comes. */
  cut(): void;
  /** Nothing passes any more, either way, and nobody is told: connections stay open, new ones are taken, as when packets are dropped. */
  mute(): void;
  /** What comes from now on passes, whatever was to happen to it. What was muted stays mute, since its bytes are lost. */
  mend(): void;
  /** Every answer takes so long, milliseconds. */
  delay(ms: number): void;
  /**
   * Of the next transaction that is committed, or of a later one: `lose` breaks its connection instead of passing the answer on, `mute`
   * falls silent instead of that, and `cut` passes the answer on and breaks everything then. Each happens once. With `nth` it is a later
   * one; with `text` only those are counted whose statements have it. Tells whether it has happened.
   */
  afterCommit(then: Fate, which?: { readonly nth?: number; readonly text?: string }): () => boolean;
  close(): Promise<void>;
}

export async function stretchWire(target: { readonly host: string; readonly port: number }): Promise<Wire> {
  const sockets = new Set<Socket>();
  /** Connections that were made, or were open, while nothing passed. */
  const mutes = new WeakSet<Socket>();
  let isCut = false;
  let isMute = false;
  let delayMs = 0;
  let awaited: { readonly then: Fate; readonly text: string; left: number } | null = null;

  const server: Server = createServer((client) => {
    if (isCut) {
      client.destroy();
      return;
    }
    const upstream = connect(target.port, target.host);
    if (isMute) mutes.add(client);
    let isCommitting = false;
    let sent = '';
    const end = () => {
      client.destroy();
      upstream.destroy();
    };
    client.on('data', (bytes) => {
      if (mutes.has(client)) return;
      isCommitting ||= bytes.includes('COMMIT\0');
      sent += bytes.toString('latin1');
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => {
      if (mutes.has(client)) return;
      // The server's answer means that it has committed.
      const then = isCommitting ? fateOf(sent) : null;
      if (isCommitting) sent = '';
      isCommitting = false;
      if (then === 'lose') end();
      else if (then === 'mute') wire.mute();
      else if (then === 'cut') {
        // Ended and not destroyed, or the answer could be lost with it.
        sockets.delete(client);
        upstream.removeAllListeners('close');
        client.end(bytes);
        wire.cut();
      } else if (delayMs === 0) client.write(bytes);
      else setTimeout(() => client.write(bytes), delayMs);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        if (!mutes.has(client)) end();
      });
    }
  });

  function fateOf(sent: string): Fate | null {
    if (awaited === null || !sent.includes(awaited.text)) return null;
    awaited.left -= 1;
    if (awaited.left > 0) return null;
    const { then } = awaited;
    awaited = null;
    return then;
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const wire: Wire = {
    port,
    through(url) {
      const own = new URL(url);
      own.port = String(port);
      return own.href;
    },
    cut() {
      isCut = true;
      for (const socket of sockets) socket.destroy();
    },
    mute() {
      isMute = true;
      for (const socket of sockets) mutes.add(socket);
    },
    mend() {
      isCut = false;
      isMute = false;
      awaited = null;
    },
    delay(ms) {
      delayMs = ms;
    },
    afterCommit(then, { nth = 1, text = '' } = {}) {
      const own = { then, text, left: nth };
      awaited = own;
      return () => own.left <= 0;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
  return wire;
}
