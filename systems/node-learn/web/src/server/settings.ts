/** What the program is told by its environment. */

export interface WebSettings {
  readonly port: number;
  readonly host: string;
  /** The gateway, without a trailing slash: whatever is asked below /api goes there. */
  readonly apiUrl: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
}

const pageFolder = new URL('../page/', import.meta.url).pathname;

/** Throws a sentence that names what is missing or wrong. */
export function readSettings(environment: Readonly<Record<string, string | undefined>>): WebSettings {
  const { PORT: port = '', API_URL: apiUrl = '', LISTEN_ADDRESS: host = '127.0.0.1' } = environment;
  if (!/^\d{1,5}$/.test(port)) throw new Error(`PORT is "${port}", not a port number.`);
  if (!URL.canParse(apiUrl) || !apiUrl.startsWith('http://')) throw new Error(`API_URL is "${apiUrl}", not an http URL of the gateway.`);
  return { port: Number(port), host, apiUrl: new URL(apiUrl).origin, pageFolder };
}
