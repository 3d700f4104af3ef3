/** What a remote system, or who issues its tokens, answered instead of what was asked for. `text` is theirs: looked at, never shown. */
export class RemoteError<Stage extends string> extends Error {
  readonly stage: Stage;
  readonly status: number;
  readonly code: string;
  readonly text: string;

  constructor(stage: Stage, status: number, code: string, text: string) {
    super(code);
    this.stage = stage;
    this.status = status;
    this.code = code;
    this.text = text;
  }
}
