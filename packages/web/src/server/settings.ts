/** What the program is told: by the system about its page, by its environment about where it is. */

export interface WebProgram {
  /** Folder of the built page. */
  readonly pageFolder: string;
  /**
   * How the page reaches the API. `forwarded`: below /api of its own origin, which this program hands on. `direct`: the page asks the API itself,
   * at the address in `<meta name="api-url">`, which this program fills in; for pages whose own paths are those of the API.
   */
  readonly api: 'forwarded' | 'direct';
}

export interface WebSettings extends WebProgram {
  readonly port: number;
  readonly host: string;
  /** The gateway, without a trailing slash. */
  readonly apiUrl: string;
}

/** Throws a sentence that names what is missing or wrong. */
export function readSettings(program: WebProgram, environment: Readonly<Record<string, string | undefined>>): WebSettings {
  const { PORT: port = '', API_URL: apiUrl = '', LISTEN_ADDRESS: host = '127.0.0.1' } = environment;
  const protocols = program.api === 'forwarded' ? ['http:'] : ['http:', 'https:'];
  if (!/^\d{1,5}$/.test(port)) throw new Error(`PORT is "${port}", not a port number.`);
  if (!protocols.includes(URL.parse(apiUrl)?.protocol ?? '')) throw new Error(`API_URL is "${apiUrl}", not an http URL of the gateway.`);
  return { ...program, port: Number(port), host, apiUrl: new URL(apiUrl).origin };
}
