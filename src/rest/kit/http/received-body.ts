import { parseForm } from '../../../http/form.ts';
import { decodeUtf8, parseJson, parseObject } from '../../../http/json.ts';

/** A body as it came. It is read when somebody asks, so that a dialect can check what comes before it in its own order. */
export class ReceivedBody {
  /** As they came, whatever they hold. */
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isEmpty(): boolean {
    return this.bytes.length === 0;
  }

  /** Throws BAD_REQUEST for what is not UTF-8, here and below. */
  text(): string {
    return decodeUtf8(this.bytes);
  }

  /** Throws BAD_REQUEST for what is not JSON, which an empty body is not, and for a name that is given twice. */
  json(): unknown {
    return parseJson(this.text());
  }

  /** The same of one object. */
  object(): Readonly<Record<string, unknown>> {
    return parseObject(this.text());
  }

  form(): ReadonlyMap<string, string> {
    return parseForm(this.text());
  }
}

/** Of a request that brought none. */
export const NO_BODY = new ReceivedBody(Buffer.alloc(0));
