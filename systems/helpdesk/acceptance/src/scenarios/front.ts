// A7, A8, A35, A37, A39: what holds for every request, in which order it is looked at, and what a program is asked by other programs.
import { checkEqual, checkThat, ScenarioFailure } from '@banyan/proof';
import { checkFailed, checkRefused, checkUnauthorized, oddFields } from '../bodies.ts';
import { scenario } from '../define.ts';
import { type Stage } from '../stage.ts';

const bodyLimit = 102_400;
const json = { 'content-type': 'application/json' };

export const front = [
  scenario(
    'A7',
    'the body and the path are looked at before the token, the token before the role, the role before the body’s fields',
    async (stage) => {
      const agent = await stage.person();
      const malformed = await stage.client.request('POST', '/tickets', { body: '{"title":', headers: json });
      const refusal = malformed.json() as Record<string, unknown>;
      checkEqual(
        [malformed.status, Object.keys(refusal), refusal['error']],
        [400, ['message', 'error', 'statusCode'], 'Bad Request'],
        'malformed, no token',
      );
      checkEqual((await stage.client.request('POST', '/tickets', { body: 'null', headers: json })).status, 400, 'null is no body');
      checkUnknown(await stage.client.get('/tickets/some/where'), 'GET', '/tickets/some/where');
      checkUnauthorized(await stage.client.post('/tickets', {}), 'no token, and nothing in the body');
      checkRefused(
        await stage.patch('/admin/users/x/role', { role: 7 }, agent),
        403,
        'Insufficient permissions',
        'no role, and a bad body',
      );
      checkRefused(
        await stage.patch('/tickets/unknown', { status: 'LOST' }, agent),
        400,
        [statusMessage],
        'a bad body, and an unknown ticket',
      );
      checkRefused(await stage.patch('/tickets/unknown', { status: 'DONE' }, agent), 404, 'Ticket not found', 'an unknown ticket');
      checkRefused(
        await stage.client.get('/tickets/%E0%A4%A'),
        400,
        `Failed to decode param 'tickets/%E0%A4%A'`,
        'a path that cannot be read',
      );
    },
  ),

  scenario('A8', 'paths may be in capitals and end with a slash; nothing more is forgiven', async (stage) => {
    const agent = await stage.person();
    for (const path of ['/TICKETS', '/tickets/', '/Tickets/Inbox/?unknown=1']) checkEqual((await stage.get(path, agent)).status, 200, path);
    checkEqual((await stage.client.post('/auth/LOGIN/', agent)).status, 201, 'log-in with a slash');
    for (const path of ['//tickets', '/api/tickets', '/tickets//inbox']) checkUnknown(await stage.get(path, agent), 'GET', path);
    checkRefused(await stage.get('/tickets/%69nbox', agent), 404, 'Ticket not found', 'an id that is spelled like a route');
    for (const [method, path] of [
      ['PUT', '/tickets'],
      ['POST', '/health'],
      ['DELETE', '/auth/login'],
    ] as const)
      checkUnknown(await stage.client.request(method, path, { token: agent.token }), method, path);
    const ticket = await stage.ticket(agent);
    checkRefused(await stage.get(`/tickets/${ticket.id.toUpperCase()}`, agent), 404, 'Ticket not found', 'an id in capitals');
  }),

  scenario('A35', 'a request’s id comes back; without one it is given one', async (stage) => {
    const id = `acceptance ${Date.now()}`;
    for (const path of ['/health', '/tickets', '/nowhere'])
      checkEqual((await stage.client.get(path, { headers: { 'x-request-id': id } })).headers['x-request-id'], id, path);
    const [one, other] = [await stage.client.get('/health'), await stage.client.get('/nowhere')];
    checkThat(/^[0-9a-f-]{36}$/.test(one.headers['x-request-id'] ?? ''), 'an id of its own', one.headers['x-request-id']);
    checkThat(one.headers['x-request-id'] !== other.headers['x-request-id'], 'each request has another');
  }),

  scenario('A37', 'every answer lets the front end in, and can be asked again cheaply', async (stage) => {
    const agent = await stage.person();
    await stage.ticket(agent, { title: 'Bücher – 東京 🎫' });
    const list = await stage.get('/tickets', agent);
    checkEqual(list.headers['content-type'], 'application/json; charset=utf-8', 'content type');
    for (const answer of [list, await stage.client.get('/nowhere'), await stage.client.post('/auth/login', {})])
      checkOrigin(stage, answer.headers);
    checkThat((list.headers['etag'] ?? '').startsWith('W/"'), 'a weak ETag', list.headers['etag']);
    const again = await stage.client.get('/tickets', { token: agent.token, headers: { 'if-none-match': list.headers['etag'] ?? '' } });
    checkEqual([again.status, again.text], [304, ''], 'the same again');
    const head = await stage.client.request('HEAD', '/tickets', { token: agent.token });
    checkEqual([head.status, head.text, head.headers['etag']], [200, '', list.headers['etag']], 'HEAD');
    for (const name of ['www-authenticate', 'cache-control']) checkEqual(list.headers[name], undefined, name);
    const preflight = await stage.client.request('OPTIONS', '/anything/at/all', {
      headers: {
        origin: 'http://elsewhere.test',
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization',
      },
    });
    checkEqual([preflight.status, preflight.text, preflight.headers['x-request-id']], [204, '', undefined], 'preflight');
    checkEqual(preflight.headers['access-control-allow-methods'], 'GET,HEAD,PUT,PATCH,POST,DELETE', 'methods');
    checkEqual(preflight.headers['access-control-allow-headers'], 'authorization', 'headers that may be sent');
  }),

  scenario('A39', 'probes, metrics and documentation', async (stage) => {
    const health = await stage.client.get('/health');
    const { uptime, ...rest } = health.json() as Record<string, unknown>;
    checkEqual([health.status, Object.keys(rest), typeof uptime, oddFields(rest)], [200, ['status', 'timestamp'], 'number', []], 'health');
    const ready = (await stage.client.get('/ready')).json() as Record<string, unknown>;
    checkEqual(
      [Object.keys(ready), ready['status'], ready['database']],
      [['status', 'database', 'timestamp'], 'ready', 'connected'],
      'ready',
    );
    const metrics = await stage.client.get('/metrics');
    checkThat(metrics.text.includes('# TYPE http_request_duration_seconds histogram'), 'metrics', metrics.text.slice(0, 100));
    const { openapi, info, tags } = (await stage.client.get('/api/docs-json')).json() as {
      openapi: string;
      info: object;
      tags: { name: string }[];
    };
    checkThat(openapi.startsWith('3.0'), 'OpenAPI 3.0', openapi);
    checkEqual(
      { ...info, description: '', contact: {} },
      { title: 'Helpdesk Ticketing API', version: '1.0', description: '', contact: {} },
      'info',
    );
    checkEqual(
      tags.map(({ name }) => name),
      ['auth', 'tickets', 'admin', 'health'],
      'tags',
    );
    const page = await stage.client.get('/api/docs');
    checkThat(page.status === 200 && page.text.includes('<html'), 'a page for people', page.status);
  }),

  scenario('A42', 'a body is JSON or a form, of at most 100 KiB; anything else is an empty one', async (stage) => {
    const agent = await stage.person();
    const form = await stage.client.request('POST', '/auth/login', {
      body: new URLSearchParams({ email: agent.email, password: agent.password }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    checkEqual(form.status, 201, 'a form');
    const text = await stage.client.request('POST', '/auth/login', {
      body: JSON.stringify(agent),
      headers: { 'content-type': 'text/plain' },
    });
    checkRefused(text, 400, ['email must be an email', 'password should not be empty', 'password must be a string'], 'another type');
    const sized = (bytes: number) =>
      JSON.stringify({ title: 'x', description: 'y'.repeat(bytes - JSON.stringify({ title: 'x', description: '' }).length) });
    const largest = await stage.client.request('POST', '/tickets', { body: sized(bodyLimit), headers: json, token: agent.token });
    checkEqual(largest.status, 201, 'the largest body');
    stage.keepTicket(largest.json() as { id: string; title: string });
    const larger = await stage.client.request('POST', '/tickets', { body: sized(bodyLimit + 1), headers: json });
    checkEqual([larger.status, larger.text], [413, '{"statusCode":413,"message":"request entity too large"}'], 'a larger one');
    const withNul = await stage.client.post('/tickets', { title: 'a\u0000b', description: 'c' }, { token: agent.token });
    if (stage.target.flags.has('fix.validation')) checkEqual(withNul.status, 400, 'a NUL');
    else checkFailed(withNul, 'a NUL');
  }),
];

export const statusMessage = 'status must be one of the following values: OPEN, IN_PROGRESS, DONE';

function checkUnknown(answer: { status: number; text: string }, method: string, path: string): void {
  const expected = JSON.stringify({ message: `Cannot ${method} ${path}`, error: 'Not Found', statusCode: 404 });
  checkEqual([answer.status, answer.text], [404, expected], `${method} ${path}`);
}

/** The one origin that is let in, whoever asks. */
function checkOrigin({ target }: Stage, headers: Readonly<Record<string, string | undefined>>): void {
  const origin = target.settings['frontendUrl'];
  if (origin === undefined) throw new ScenarioFailure('the target does not say settings.frontendUrl');
  checkEqual(
    [headers['access-control-allow-origin'], headers['access-control-allow-credentials'], headers['vary']],
    [origin, 'true', 'Origin'],
    'cross-origin access',
  );
}
