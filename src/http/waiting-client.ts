import type { FastifyReply } from 'fastify';
import type { Client } from '../admission/deadline.ts';

/** The client that an answer is for. */
export class WaitingClient implements Client {
  readonly #response: FastifyReply['raw'];

  constructor(response: FastifyReply['raw']) {
    this.#response = response;
  }

  get isGone(): boolean {
    return this.#response.destroyed;
  }

  onGone(listener: () => void): () => void {
    const closed = () => {
      if (!this.#response.writableFinished) listener();
    };
    this.#response.on('close', closed);
    return () => this.#response.off('close', closed);
  }
}
