// The plain HTTP client of scenarios: follows nothing, retries nothing, shows everything.
import { Agent, request as send } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
  /** The body as JSON; throws when it is not. */
  json(): unknown;
}

export interface HttpRequestOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly json?: unknown;
  /** Sent as it is; give the content type in `headers`. */
  readonly body?: string;
}

export interface HttpClient {
  readonly baseUrl: string;
  /** Rejects when no answer comes within 30 s. `path` may be a whole URL. */
  request(method: string, path: string, options?: HttpRequestOptions): Promise<HttpAnswer>;
  get(path: string, options?: HttpRequestOptions): Promise<HttpAnswer>;
  post(path: string, json: unknown, options?: HttpRequestOptions): Promise<HttpAnswer>;
  close(): Promise<void>;
}

const timeoutMs = 30_000;

export function createHttpClient(baseUrl: string): HttpClient {
  const agent = new Agent({ connections: 128, headersTimeout: timeoutMs, bodyTimeout: timeoutMs });
  const { origin } = new URL(baseUrl);
  const request: HttpClient['request'] = async (method, path, options = {}) => {
    const body = options.json === undefined ? options.body : JSON.stringify(options.json);
    // A path with two slashes in front is a path all the same.
    const response = await send(new URL(path.startsWith('/') ? `${origin}${path}` : path), {
      dispatcher: agent,
      method: method as 'GET',
      headers: {
        ...(options.json !== undefined && { 'content-type': 'application/json' }),
        ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
        ...options.headers,
      },
      body: body ?? null,
    });
    const text = await response.body.text();
    const headers = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    );
    return { status: response.statusCode, headers, text, json: () => JSON.parse(text) as unknown };
  };
  return {
    baseUrl,
    request,
    get: (path, options) => request('GET', path, options),
    post: (path, json, options) => request('POST', path, { ...options, json }),
    close: () => agent.destroy(),
  };
}
