/**
 * A client as the vendor documents one, and as the vendor's own Go client behaves: a base URL and an organisation, JSON as the type of
 * every request, also of those without a body, no Authorization, thirty seconds, and one status or a few that each call takes for success.
 */
export class FetcherClient {
  readonly #base: string;
  readonly #organisation: string;

  constructor(base: string, organisation: string) {
    this.#base = base.replace(/\/$/, '');
    this.#organisation = organisation;
  }

  create(product: string, connection: object): Promise<FetcherConnection> {
    return this.#call('POST', '', { accepts: [200, 201], body: connection, product });
  }

  get(id: string): Promise<FetcherConnection> {
    return this.#call('GET', `/${id}`, { accepts: [200] });
  }

  list(query: string, product?: string): Promise<{ readonly items: readonly FetcherConnection[]; readonly total: number }> {
    return this.#call('GET', query, { accepts: [200], ...(product === undefined ? {} : { product }) });
  }

  /** Members that are not set are left out. */
  patch(id: string, changes: Readonly<Record<string, unknown>>): Promise<FetcherConnection> {
    const body = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    return this.#call('PATCH', `/${id}`, { accepts: [200], body });
  }

  remove(id: string): Promise<undefined> {
    return this.#call('DELETE', `/${id}`, { accepts: [200, 202, 204] });
  }

  assign(id: string, product: string): Promise<FetcherConnection> {
    return this.#call('POST', `/${id}/assign`, { accepts: [200], product });
  }

  schema(id: string): Promise<{ readonly tables: readonly { readonly name: string; readonly fields: readonly string[] }[] }> {
    return this.#call('GET', `/${id}/schema`, { accepts: [200] });
  }

  validateSchema(mappedFields: object): Promise<{ readonly status: string }> {
    return this.#call('POST', '/validate-schema', { accepts: [200], body: { mappedFields } });
  }

  /** Tries every 200 ms until the test is a success, or `tries` are over. */
  async waitUntilItWorks(id: string, tries = 9): Promise<{ readonly status: string; readonly latencyMs: number }> {
    for (let left = tries; ; left -= 1) {
      try {
        return await this.#call('POST', `/${id}/test`, { accepts: [200] });
      } catch (error) {
        if (left <= 1) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  startJob(source: string, mappedFields: object): Promise<{ readonly jobId: string; readonly status: string }> {
    const body = { dataRequest: { mappedFields }, metadata: { source } };
    return this.#send('POST', `${this.#base}/v1/fetcher`, { accepts: [200, 202], body });
  }

  job(id: string): Promise<{ readonly status: string }> {
    return this.#send('GET', `${this.#base}/v1/fetcher/${id}`, { accepts: [200] });
  }

  #call<T>(method: string, path: string, options: CallOptions): Promise<T> {
    return this.#send(method, `${this.#base}/v1/management/connections${path}`, options);
  }

  async #send<T>(method: string, url: string, { accepts, body, product }: CallOptions): Promise<T> {
    const response = await fetch(url, {
      method,
      signal: AbortSignal.timeout(30_000),
      headers: {
        'content-type': 'application/json',
        'x-organization-id': this.#organisation,
        ...(product === undefined ? {} : { 'x-product-name': product }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!accepts.includes(response.status)) throw new FetcherError(response.status, text);
    // What each call answers is what the vendor documents for it.
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

interface CallOptions {
  readonly accepts: readonly number[];
  readonly body?: object;
  readonly product?: string;
}

export interface FetcherConnection {
  readonly id: string;
  readonly configName: string;
  readonly productName?: string;
  readonly type: string;
  readonly host: string;
  readonly port: number;
  readonly updatedAt: string;
}

/** A code is a text, and of a failed test the status as a number. */
export class FetcherError extends Error {
  readonly status: number;
  readonly code: string | number;
  readonly fields: Readonly<Record<string, string>>;

  constructor(status: number, text: string) {
    const { code, message, fields = {} } = JSON.parse(text);
    super(message);
    this.status = status;
    this.code = code;
    this.fields = fields;
  }
}
