const http = require('node:http');
const { Pool } = require('pg');

const db = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });

const tool = (row) => ({
  code: row.code,
  name: row.name,
  dayPrice: row.day_price,
  deposit: row.deposit,
  details: row.details,
  changedAt: row.changed_at,
});

const remark = (row) => ({ id: row.id, remark: row.remark, writtenAt: row.written_at });

const loan = (row) => ({
  id: row.id,
  tool: row.tool_code,
  name: row.name,
  member: row.member_number,
  outAt: row.out_at,
  backAt: row.back_at,
});

const loans = 'select l.*, t.name from shed.loans l join shed.tools t on t.code = l.tool_code';

const routes = [
  ['GET', /^\/health$/, async () => [200, { ok: (await db.query('select 1')).rowCount === 1 }]],

  ['GET', /^\/tools$/, async () => [200, (await db.query('select * from shed.tools order by name, code')).rows.map(tool)]],

  [
    'GET',
    /^\/tools\/([\w-]+)$/,
    async (code) => {
      const found = await db.query('select * from shed.tools where code = $1', [code]);
      if (found.rows.length === 0) return [404, { error: 'There is no tool ' + code + '.' }];
      const remarks = await db.query('select * from shed.remarks where tool_code = $1 order by id', [code]);
      return [200, { ...tool(found.rows[0]), remarks: remarks.rows.map(remark) }];
    },
  ],

  [
    'PUT',
    /^\/tools\/([\w-]+)$/,
    async (code, body) => {
      const written = await db.query(
        `insert into shed.tools (code, name, day_price, details) values ($1, $2, $3, $4)
         on conflict (code) do update set name = excluded.name, day_price = excluded.day_price, details = excluded.details returning *`,
        [code, body.name, body.dayPrice, body.details || {}],
      );
      return [200, tool(written.rows[0])];
    },
  ],

  [
    'POST',
    /^\/tools\/([\w-]+)\/remarks$/,
    async (code, body) => {
      const written = await db.query('insert into shed.remarks (tool_code, remark) values ($1, $2) returning *', [code, body.remark]);
      return [201, remark(written.rows[0])];
    },
  ],

  ['GET', /^\/loans$/, async () => [200, (await db.query(loans + ' where back_at is null order by out_at')).rows.map(loan)]],

  [
    'POST',
    /^\/loans$/,
    async (_, body) => {
      const lent = await db.query('insert into shed.loans (tool_code, member_number) values ($1, $2) returning id', [
        body.tool,
        body.member,
      ]);
      return [201, loan((await db.query(loans + ' where l.id = $1', [lent.rows[0].id])).rows[0])];
    },
  ],
];

// What the database refuses is the caller's mistake: a key that is not there, one that is taken, a value that does not fit.
const refusals = { 23503: 404, 23505: 409, 23502: 400, 23514: 400, '22P02': 400 };

async function answer(request) {
  const path = request.url.split('?')[0];
  for (const [method, pattern, handle] of routes) {
    const match = pattern.exec(path);
    if (match === null || method !== request.method) continue;
    let text = '';
    for await (const chunk of request) text += chunk;
    try {
      return await handle(match[1], text === '' ? {} : JSON.parse(text));
    } catch (error) {
      if (error instanceof SyntaxError) return [400, { error: 'This is not JSON.' }];
      if (refusals[error.code] !== undefined) return [refusals[error.code], { error: error.message }];
      console.error(error);
      return [500, { error: 'Something went wrong at the desk.' }];
    }
  }
  return [404, { error: 'Nothing is here.' }];
}

const server = http.createServer(async (request, response) => {
  const [status, body] = await answer(request);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
});

const port = Number(process.env.PORT || 8080);
server.listen(port, '127.0.0.1', () => console.log(`toolshed listens on http://127.0.0.1:${port}`));
process.on('SIGTERM', () => server.close(() => db.end()));
