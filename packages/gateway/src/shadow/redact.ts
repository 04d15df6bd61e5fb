/** Takes secrets and people out of what is kept: tokens, addresses and names become short hashes that can still be told apart. */
import { createHmac } from 'node:crypto';

const keptMax = 300;
const personal = /(?:name|mail|picture|photo|avatar|phone|street|city|zip|birth|address|google_?id|iban|card)/i;
const secret = /(?:token|secret|password|passwd|authorization|cookie|api_?key|session|code)$/i;
const mail = /[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g;
const jsonWebToken = /eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g;
/** In JSON, in JSON inside a text of JSON, in the query of an address: all before the value, its name, the value, the rest. */
const namedValues = [
  /("([^"\\]{1,60})":")((?:[^"\\]|\\.)*)(")/g,
  /(\\"([^"\\]{1,60})\\":\\")((?:[^"\\]|\\(?!"))*)(\\")/g,
  /([?&#]([\w-]{1,60})=)([^&#\s"'\\]+)()/g,
];
const longOpaque = /\b[A-Za-z0-9_-]{40,}\b/g;

export class Redactor {
  readonly #salt: string;

  /** @param salt keeps hashes from being looked up; the same salt gives the same hash for the same value */
  constructor(salt: string) {
    this.#salt = salt;
  }

  /** A value as it may be kept, given the path it was found at. */
  value(path: string, text: string): string {
    const field = path.split(/[.:]/).at(-1)!.replaceAll('[]', '');
    if (text !== '' && (secret.test(field) || (personal.test(field) && !/^[[{]/.test(text)))) return this.#hash(text);
    return this.text(text);
  }

  /** Free text, also JSON text, in JSON text once more, and addresses: fields named like personal ones and anything that looks like a secret. */
  text(text: string): string {
    const hide = (whole: string, before: string, name: string, value: string, after: string) =>
      personal.test(name) || secret.test(name) ? `${before}${this.#hash(value)}${after}` : whole;
    const fields = namedValues.reduce((sum, pattern) => sum.replaceAll(pattern, hide), text);
    const plain = [jsonWebToken, mail, longOpaque].reduce((sum, pattern) => sum.replaceAll(pattern, (found) => this.#hash(found)), fields);
    return plain.length > keptMax ? `${plain.slice(0, keptMax)}... (${plain.length} characters)` : plain;
  }

  /** A request path: the values of its query are hashed but for plain numbers and words of a few letters. */
  path(path: string): string {
    const [before, query] = path.split('?', 2);
    if (query === undefined) return this.text(path);
    const fields = query.split('&').map((field) => {
      const [name, value = ''] = field.split('=', 2);
      return `${name}=${!secret.test(name!) && !personal.test(name!) && /^(?:\d{1,10}|[a-z]{0,12})$/i.test(value) ? value : this.#hash(value)}`;
    });
    return `${this.text(before!)}?${fields.join('&')}`;
  }

  #hash(value: string): string {
    return `#${createHmac('sha256', this.#salt).update(value).digest('hex').slice(0, 10)}`;
  }
}
