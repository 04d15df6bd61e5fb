/** Google's three endpoints on Google's own paths: authorise (a page, or an answer at once), token, user info. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { StandinsError } from '../errors.ts';
import type { Directory } from './directory.ts';
import { accessTokenSeconds, type Grants } from './grants.ts';
import { chooserPage, errorPage } from './pages.ts';
import type { Person } from './people.ts';
import { readPerson } from './person-input.ts';

export const googlePaths = { authorize: '/o/oauth2/v2/auth', token: '/oauth2/v4/token', userinfo: '/oauth2/v3/userinfo' } as const;

/** The page shows the first so many; everybody can be chosen by `as`. */
const shownMax = 60;

interface Parts {
  readonly directory: Directory;
  readonly grants: Grants;
}

export function addSignInRoutes(server: FastifyInstance, parts: Parts): void {
  server.get(googlePaths.authorize, (request, reply) => authorize(parts, new URLSearchParams(queryOf(request.url)), reply));
  server.post(googlePaths.authorize, (request, reply) => authorizeStranger(parts, formOf(request.body), reply));
  server.post(googlePaths.token, (request, reply) => exchange(parts, formOf(request.body), reply));
  server.get(googlePaths.userinfo, (request, reply) => {
    const token =
      /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? new URLSearchParams(queryOf(request.url)).get('access_token');
    return userInfo(parts, token ?? '', `http://${request.host}`, reply);
  });
}

/** With `as` or `login_hint` it answers at once for that person; without, it shows everybody to choose from. */
function authorize({ directory, grants }: Parts, query: URLSearchParams, reply: FastifyReply): FastifyReply {
  const problem = problemOf(query);
  if (problem !== undefined) return reply.code(400).type('text/html; charset=utf-8').send(errorPage(problem.code, problem.explanation));
  if (query.has('cancel')) return reply.redirect(answerUrl(query, { error: 'access_denied' }));
  const chosen = query.get('as') ?? query.get('login_hint');
  if (chosen === null) return reply.type('text/html; charset=utf-8').send(choose(directory, query));
  const person = directory.find(chosen);
  if (person === undefined) {
    return reply
      .code(400)
      .type('text/html; charset=utf-8')
      .send(errorPage('unknown_account', `Nobody here is called "${chosen}".`));
  }
  return reply.redirect(answerFor(person, grants, query));
}

/** The form "Use another account": makes the person up and signs them in. */
function authorizeStranger({ directory, grants }: Parts, form: URLSearchParams, reply: FastifyReply): FastifyReply {
  const problem = problemOf(form);
  if (problem !== undefined) return reply.code(400).type('text/html; charset=utf-8').send(errorPage(problem.code, problem.explanation));
  const { givenName, familyName, email, ...query } = Object.fromEntries(form);
  try {
    const person = readPerson(directory.freshId(), { givenName, email, familyName: familyName === '' ? null : familyName });
    directory.put(person);
    return reply.redirect(answerFor(person, grants, new URLSearchParams(query)), 303);
  } catch (error) {
    if (!(error instanceof StandinsError)) throw error;
    return reply.code(400).type('text/html; charset=utf-8').send(errorPage('invalid_account', error.message));
  }
}

function choose(directory: Directory, query: URLSearchParams): string {
  const link = (person: Person | undefined) => {
    const next = new URLSearchParams(query);
    if (person === undefined) next.set('cancel', '1');
    else next.set('as', person.id);
    return `${googlePaths.authorize}?${next.toString()}`;
  };
  return chooserPage(directory.list().slice(0, shownMax), new URL(query.get('redirect_uri') ?? '').host, link, query);
}

function answerFor(person: Person, grants: Grants, query: URLSearchParams): string {
  if (!person.consents) return answerUrl(query, { error: 'access_denied' });
  const scope = query.get('scope') ?? '';
  const code = grants.issueCode({
    personId: person.id,
    clientId: query.get('client_id') ?? '',
    redirectUri: query.get('redirect_uri') ?? '',
    scope,
  });
  return answerUrl(query, { code, scope, authuser: '0', prompt: 'none' });
}

function answerUrl(query: URLSearchParams, answer: Record<string, string>): string {
  const url = new URL(query.get('redirect_uri') ?? '');
  const state = query.get('state');
  if (state !== null) url.searchParams.set('state', state);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  return url.href;
}

function problemOf(query: URLSearchParams): { code: string; explanation: string } | undefined {
  const redirectUri = query.get('redirect_uri') ?? '';
  if (query.get('response_type') !== 'code') return { code: 'unsupported_response_type', explanation: 'response_type must be "code".' };
  if ((query.get('client_id') ?? '') === '') return { code: 'invalid_client', explanation: 'client_id is missing.' };
  if (!/^https?:\/\//.test(redirectUri) || !URL.canParse(redirectUri)) {
    return { code: 'redirect_uri_mismatch', explanation: `redirect_uri "${redirectUri}" is not an http URL.` };
  }
  return undefined;
}

/** A code is spent by the first attempt, right or wrong; it belongs to its client and its redirect address. */
function exchange({ grants }: Parts, form: URLSearchParams, reply: FastifyReply): FastifyReply {
  const refuse = (status: number, error: string, description: string) => reply.code(status).send({ error, error_description: description });
  if (form.get('grant_type') !== 'authorization_code') {
    return refuse(400, 'unsupported_grant_type', `Invalid grant_type: ${form.get('grant_type') ?? ''}`);
  }
  if ((form.get('client_id') ?? '') === '' || (form.get('client_secret') ?? '') === '')
    return refuse(401, 'invalid_client', 'The OAuth client was not found.');
  const grant = grants.takeCode(form.get('code') ?? '');
  if (grant === undefined || grant.clientId !== form.get('client_id')) return refuse(400, 'invalid_grant', 'Malformed auth code.');
  if (grant.redirectUri !== form.get('redirect_uri')) return refuse(400, 'redirect_uri_mismatch', 'Bad Request');
  return reply
    .header('cache-control', 'no-store')
    .send({ access_token: grants.issueToken(grant), expires_in: accessTokenSeconds, scope: grant.scope, token_type: 'Bearer' });
}

function userInfo({ directory, grants }: Parts, token: string, origin: string, reply: FastifyReply): FastifyReply {
  const person = directory.find(grants.findToken(token)?.personId ?? '');
  if (person === undefined) return reply.code(401).send({ error: 'invalid_request', error_description: 'Invalid Credentials' });
  return reply.send({
    sub: person.id,
    name: [person.givenName, person.familyName].filter(Boolean).join(' '),
    given_name: person.givenName,
    ...(person.familyName === null ? {} : { family_name: person.familyName }),
    ...(person.hasPhoto ? { picture: `${origin}/avatars/${encodeURIComponent(person.id)}.svg` } : {}),
    email: person.email,
    email_verified: true,
  });
}

function queryOf(url: string): string {
  const mark = url.indexOf('?');
  return mark < 0 ? '' : url.slice(mark + 1);
}

function formOf(body: unknown): URLSearchParams {
  return body instanceof URLSearchParams ? body : new URLSearchParams();
}
