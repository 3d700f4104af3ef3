import { createCipheriv, createDecipheriv, createHash, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { Pairs } from './ttc.ts';
import type { FakeOracleUser } from './users.ts';

/** What the database keeps of a password: nothing that logs in by itself. */
interface Verifier {
  readonly salt: Buffer;
  /** Hash of a key that is derived from the password; its first half encrypts. */
  readonly hash: Buffer;
}

export interface Challenge {
  readonly user: FakeOracleUser | null;
  readonly verifier: Verifier;
  readonly half: Buffer;
  readonly mixing: Buffer;
  readonly pairs: Pairs;
}

const ROUNDS = { password: 4096, session: 3 };
const VERIFIER_12C = 18_453;

function keyOf(password: string, salt: Buffer): Buffer {
  return pbkdf2Sync(password, Buffer.concat([salt, Buffer.from('AUTH_PBKDF2_SPEEDY_KEY')]), ROUNDS.password, 64, 'sha512');
}

function hashOf(key: Buffer, salt: Buffer): Buffer {
  return createHash('sha512').update(key).update(salt).digest();
}

/** A user that does not exist is asked the same as one that does. */
export function ask(user: FakeOracleUser | null): Challenge {
  const [salt, half, mixing] = [randomBytes(16), randomBytes(32), randomBytes(16)];
  const verifier = { salt, hash: hashOf(keyOf(user?.password ?? randomBytes(8).toString('hex'), salt), salt) };
  const encrypted = encrypt(verifier.hash.subarray(0, 32), half);
  return {
    user,
    verifier,
    half,
    mixing,
    pairs: [
      ['AUTH_SESSKEY', hex(encrypted), 1],
      ['AUTH_VFR_DATA', hex(salt), VERIFIER_12C],
      ['AUTH_PBKDF2_CSK_SALT', hex(mixing), 0],
      ['AUTH_PBKDF2_VGEN_COUNT', String(ROUNDS.password), 0],
      ['AUTH_PBKDF2_SDER_COUNT', String(ROUNDS.session), 0],
      ['AUTH_GLOBALLY_UNIQUE_DBID', hex(Buffer.alloc(16, 7)), 0],
    ],
  };
}

/** The key that both sides made of their halves, where it decrypts what only the password yields; else null. */
export function check({ verifier, half, mixing }: Challenge, pairs: ReadonlyMap<string, string>): Buffer | null {
  const given = (key: string) => Buffer.from(pairs.get(key) ?? '', 'hex');
  if (given('AUTH_SESSKEY').length !== 32) return null;
  const other = decrypt(verifier.hash.subarray(0, 32), given('AUTH_SESSKEY'));
  const halves = Buffer.from(hex(Buffer.concat([other, half])));
  const key = pbkdf2Sync(halves, mixing, ROUNDS.session, 32, 'sha512');
  const [speedy, password] = [given('AUTH_PBKDF2_SPEEDY_KEY'), given('AUTH_PASSWORD')];
  if (speedy.length !== 80 || password.length === 0 || password.length % 16 !== 0) return null;
  const derived = decrypt(key, speedy).subarray(16, 80);
  if (!hashOf(derived, verifier.salt).equals(verifier.hash)) return null;
  const padded = decrypt(key, password);
  const plain = padded.subarray(16, padded.length - (padded.at(-1) ?? 0)).toString('utf8');
  return hashOf(keyOf(plain, verifier.salt), verifier.salt).equals(verifier.hash) ? key : null;
}

/** What a session begins with; the server proves itself by it, too. */
export function sessionOf(key: Buffer, service: string): Pairs {
  const proof = encrypt(key, Buffer.concat([randomBytes(16), Buffer.from('SERVER_TO_CLIENT')]));
  return [
    ['AUTH_SVR_RESPONSE', hex(proof), 0],
    ['AUTH_VERSION_NO', String(0x13_00_00_00), 0],
    ['AUTH_SC_SERVICE_NAME', service, 0],
    ['AUTH_SESSION_ID', '1', 0],
    ['AUTH_SERIAL_NUM', '1', 0],
  ];
}

function encrypt(key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function decrypt(key: Buffer, data: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, Buffer.alloc(16)).setAutoPadding(false);
  return Buffer.concat([decipher.update(data), decipher.final()]);
}

function hex(data: Buffer): string {
  return data.toString('hex').toUpperCase();
}
