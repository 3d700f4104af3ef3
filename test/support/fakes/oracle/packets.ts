/** Packets of Oracle's network layer, below the messages of client and database. */
export const PACKETS = { connect: 1, accept: 2, refuse: 4, data: 6 };
const [VERSION, LARGEST] = [317, 8192];

export function accept(): Buffer {
  const packet = Buffer.alloc(45);
  packet.writeUInt16BE(packet.length);
  packet[4] = PACKETS.accept;
  packet.writeUInt16BE(VERSION, 8);
  packet.writeUInt16BE(LARGEST, 12);
  packet.writeUInt16BE(LARGEST, 14);
  // There are no further services of the network to agree on.
  packet.set([0x08, 0x08], 22);
  packet.writeUInt32BE(LARGEST, 32);
  packet.writeUInt32BE(LARGEST, 36);
  return packet;
}

export function refuse(code: number): Buffer {
  const text = `(DESCRIPTION=(TMP=)(VSNNUM=318767104)(ERR=${code})(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`;
  const packet = Buffer.concat([Buffer.alloc(12), Buffer.from(text)]);
  packet.writeUInt16BE(packet.length);
  packet.set([PACKETS.refuse, 0, 0, 0, 34, 0], 4);
  packet.writeUInt16BE(text.length, 10);
  return packet;
}

export function packetsOf(message: Buffer): readonly Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < message.length; at += LARGEST - 10) {
    const body = message.subarray(at, at + LARGEST - 10);
    const head = Buffer.alloc(10);
    head.writeUInt32BE(body.length + 10);
    head[4] = PACKETS.data;
    packets.push(Buffer.concat([head, body]));
  }
  return packets;
}
