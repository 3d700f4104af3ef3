import { connect, type Socket } from 'node:net';

export interface RawReply {
  /** 0 when nothing came back. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly closed: boolean;
}

/** Sends bytes as they are and returns the first answer; with `closed`, or where that says that it is the last, all until the server closes. */
export async function sendRaw(
  url: string,
  parts: readonly (string | Buffer)[],
  until: 'answered' | 'closed' = 'answered',
): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const finish = (closed: boolean) => {
      socket.destroy();
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), head, body, closed });
    };
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      if (until === 'answered' && isWhole(text)) finish(false);
    });
    socket.on('close', () => finish(true));
    socket.on('error', () => finish(true));
    for (const part of parts) socket.write(part);
  });
}

function isWhole(text: string): boolean {
  const [head = '', body] = text.split(/\r\n\r\n(.*)/s);
  const isLast = /^connection: close/im.test(head);
  return body !== undefined && !isLast && body.length >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
}

/** A client that opens a connection, sends this and never closes its side; it keeps what comes back. */
export interface HalfOpen {
  readonly socket: Socket;
  received(): string;
  /** Resolves when the server has ended its side. */
  readonly ended: Promise<void>;
}

export async function halfOpen(url: string, bytes: string): Promise<HalfOpen> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true }).on('error', () => {});
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  const ended = new Promise<void>((resolve) => {
    socket.once('end', resolve);
    socket.once('close', () => resolve());
  });
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    // The server may have reset it before it was seen to be open.
    void ended.then(resolve);
  });
  socket.write(bytes);
  return { socket, received: () => text, ended };
}

/** How many bytes a connection that was paused still gives until it is closed. */
export async function readToEnd(socket: Socket): Promise<number> {
  let read = 0;
  socket.on('data', (chunk: Buffer) => {
    read += chunk.length;
  });
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  await ended;
  return read;
}
