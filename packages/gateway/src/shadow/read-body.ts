/** An answer's body as something that can be compared: JSON when it says so and is, else text. */
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { CapturedAnswer } from './sample.ts';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type ReadBody =
  | { readonly kind: 'json'; readonly value: Json; readonly text: string }
  | { readonly kind: 'text'; readonly text: string };

/** Largest body after decompression, in bytes. */
const plainMax = 8 * 1024 * 1024;
const textShown = 2_000;

/** The whole body as text, decompressed. */
export function textOf(answer: CapturedAnswer): string {
  return decompress(answer).toString('utf8');
}

export function readBody(answer: CapturedAnswer): ReadBody {
  const text = textOf(answer);
  if (/^application\/(?:[\w.+-]+\+)?json/i.test(headerOf(answer, 'content-type'))) {
    try {
      return { kind: 'json', value: JSON.parse(text) as Json, text: text.slice(0, textShown) };
    } catch {
      return { kind: 'text', text }; // says JSON and is not: compared as text
    }
  }
  return { kind: 'text', text };
}

function headerOf({ headers }: CapturedAnswer, name: string): string {
  for (let at = 0; at < headers.length; at += 2) if (headers[at]!.toLowerCase() === name) return headers[at + 1]!;
  return '';
}

function decompress(answer: CapturedAnswer): Buffer {
  const body = Buffer.from(answer.body.buffer, answer.body.byteOffset, answer.body.byteLength);
  const options = { maxOutputLength: plainMax };
  try {
    switch (headerOf(answer, 'content-encoding').toLowerCase()) {
      case 'gzip':
        return gunzipSync(body, options);
      case 'br':
        return brotliDecompressSync(body, options);
      case 'deflate':
        return inflateSync(body, options);
      default:
        return body;
    }
  } catch {
    return body; // not what its header says: compared as it is
  }
}
