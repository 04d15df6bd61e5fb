// Speaks to the local Google stand-in: who exists there, and signing somebody in without a browser.
import { ProofError } from './errors.ts';
import { createHttpClient, type HttpAnswer, type HttpClient } from './http-client.ts';

export interface GooglePerson {
  readonly id: string;
  readonly givenName: string;
  readonly familyName?: string | null;
  readonly email: string;
  readonly hasPhoto?: boolean;
  readonly consents?: boolean;
}

export interface GoogleStandIn {
  readonly url: string;
  /** Adds the person, or replaces the one with this id. */
  put(person: GooglePerson): Promise<void>;
  /**
   * Goes on from a redirect to the authorise page as `personId`; answers the path and query of the callback it is sent to,
   * without the origin: the caller asks it of the system under test.
   */
  consent(authorizeLocation: string, personId: string): Promise<string>;
  close(): Promise<void>;
}

export function createGoogleStandIn(url: string): GoogleStandIn {
  const client = createHttpClient(url);
  return {
    url,
    put: async (person) => {
      const { id, ...fields } = person;
      const answer = await reach(url, client.request('PUT', `/control/people/${encodeURIComponent(id)}`, { json: fields }));
      if (answer.status !== 200) throw refused(`did not take person ${id}`, answer);
    },
    consent: (authorizeLocation, personId) => consent(client, authorizeLocation, personId),
    close: () => client.close(),
  };
}

/** The three-step sign-in of a system whose start and callback paths are known; answers the callback's answer. */
export async function signInThrough(client: HttpClient, google: GoogleStandIn, startPath: string, personId: string): Promise<HttpAnswer> {
  const start = await client.get(startPath);
  if (start.status !== 302 || start.headers['location'] === undefined) throw refused(`was not reached from ${startPath}`, start);
  return client.get(await google.consent(start.headers['location'], personId), cookiesOf(start));
}

/** A state cookie of the start belongs to the callback, as in a browser. */
function cookiesOf(answer: HttpAnswer): { headers: Record<string, string> } {
  const cookie = answer.headers['set-cookie']?.split(';')[0];
  return { headers: cookie === undefined ? {} : { cookie } };
}

async function consent(client: HttpClient, authorizeLocation: string, personId: string): Promise<string> {
  const url = new URL(authorizeLocation);
  url.searchParams.set('as', personId);
  const answer = await reach(url.origin, client.get(url.href));
  if (answer.status !== 302 || answer.headers['location'] === undefined) throw refused(`did not let ${personId} in`, answer);
  const callback = new URL(answer.headers['location']);
  return callback.pathname + callback.search;
}

function reach(url: string, answer: Promise<HttpAnswer>): Promise<HttpAnswer> {
  return answer.catch((cause: unknown) => {
    throw new ProofError('PROOF_STAND_IN', `The Google stand-in at ${url} cannot be reached.`, { cause });
  });
}

function refused(what: string, answer: HttpAnswer): ProofError {
  return new ProofError('PROOF_STAND_IN', `The Google stand-in ${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
}
