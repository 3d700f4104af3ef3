/** What is read of the packets that the driver is about to send: https://help.sap.com/docs/SAP_HANA_PLATFORM (SQL Command Network Protocol). */

/** Lengths of the headers of a packet and of a segment, and the types of message and part that matter here. */
const [PACKET, SEGMENT, PART] = [32, 24, 16];
const MESSAGES = { connect: 66, tenant: 82 };
const AUTHENTICATION = 33;

function messageOf(packet: Buffer): number | undefined {
  return packet.length > PACKET + SEGMENT ? packet[PACKET + 13] : undefined;
}

/** True of a question where a tenant is. */
export function isTenantQuestion(packet: Buffer): boolean {
  return messageOf(packet) === MESSAGES.tenant;
}

/** How the password is proved, in a packet that does; empty where that can not be read, and null for every other packet. */
export function authenticationOf(packet: Buffer): string | null {
  if (messageOf(packet) !== MESSAGES.connect) return null;
  if (packet[PACKET + SEGMENT] !== AUTHENTICATION) return '';
  // Of the user and the method, and then the proof itself.
  const [, method] = fieldsOf(packet.subarray(PACKET + SEGMENT + PART), 2);
  return method?.toString('latin1') ?? '';
}

/** How often a server wants the password hashed: in the challenge of that method it stands behind salt and nonce. */
export function roundsOf(challenge: Buffer): number {
  const [, , rounds] = fieldsOf(challenge, 3);
  return rounds?.length === 4 ? rounds.readUInt32BE() : 0;
}

/** The first of the fields. A length of 246 stands for one of two bytes. */
function fieldsOf(part: Buffer, count: number): readonly Buffer[] {
  let at = 2;
  return Array.from({ length: count }, () => {
    const isLong = part[at] === 246;
    const length = isLong ? part.readUInt16LE(at + 1) : (part[at] ?? 0);
    at += (isLong ? 3 : 1) + length;
    return part.subarray(at - length, at);
  });
}
