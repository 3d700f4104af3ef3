import { connect, type Socket } from 'node:net';

export interface RawReply {
  /** 0 when nothing came back. */
  readonly status: number;
  readonly head: string;
  readonly body: string;
  readonly closed: boolean;
}

/** Sends bytes as they are and returns what came back until the server closed, or had been silent for a while. */
export async function sendRaw(url: string, parts: readonly (string | Buffer)[], silentMs = 1500): Promise<RawReply> {
  const { hostname, port } = new URL(url);
  return await new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    const finish = (closed: boolean) => {
      socket.destroy();
      const text = Buffer.concat(chunks).toString('utf8');
      const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), head, body, closed });
    };
    socket.setTimeout(silentMs, () => finish(false));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('close', () => finish(true));
    socket.on('error', () => finish(true));
    for (const part of parts) socket.write(part);
  });
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
