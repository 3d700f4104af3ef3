/** A command that was called wrongly, as far as it can be seen before the gateway is asked. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
