/** HTTP servers and clients. */
import { multipleChoice, singleChoice, textInput, topic } from '../bank-question.ts';

export const http = topic('HTTP', [
  singleChoice('easy', {
    question: '<p>What are the two arguments of the request listener of <code>http.createServer</code>?</p>',
    answer:
      '<p>The first is an <code>IncomingMessage</code>, a <strong>readable</strong> stream with method, url and headers. The second is a <code>ServerResponse</code>, a <strong>writable</strong> stream with <code>writeHead</code> and <code>end</code>. Forgetting <code>end</code> leaves the client waiting until a timeout strikes.</p>',
    right: 'The request (a readable stream) and the response (a writable stream)',
    wrong: [
      ['The socket and the headers', 'The socket is available as request.socket.'],
      ['An error and the request', 'Errors are reported by events.'],
      ['The response and the request, in this order', 'The request comes first.'],
      ['The url and the body as strings', 'The body has to be read from the request stream.'],
      'A request and a function next',
      ['The server and the client', 'The server is this inside an ordinary function.'],
      'The parsed body and a promise',
    ],
  }),
  singleChoice('hard', {
    question:
      '<p>A reverse proxy in front of Node.js reuses idle connections and now and then reports 502. Which setting of the Node.js server is the usual suspect?</p>',
    quiz: '<p>Rare 502 from a proxy with keep-alive connections: which server setting is the usual suspect?</p>',
    answer:
      '<p><code>server.keepAliveTimeout</code>, five seconds by default. When the server closes an idle connection at the very moment the proxy sends a request on it, the proxy sees a reset. The remedy is to let the server keep idle connections <strong>longer than the proxy does</strong>; <code>headersTimeout</code> should be no shorter than that.</p>',
    right: "keepAliveTimeout, when it is shorter than the proxy's idle time",
    wrong: [
      ['maxHeaderSize', 'Headers that are too large give 431, and not now and then.'],
      ['server.maxConnections', 'It refuses new connections, not reused ones.'],
      ['UV_THREADPOOL_SIZE', 'Sockets do not use the thread pool.'],
      ['server.timeout, since its default is two seconds', 'Its default is 0, which means no timeout.'],
      'noDelay',
      ['insecureHTTPParser', 'It makes parsing more tolerant and is no matter of time.'],
      'backlog',
    ],
  }),
  multipleChoice('easy', {
    question: '<p>Which HTTP methods are idempotent, that is, repeating the same request has the same effect as sending it once?</p>',
    quiz: '<p>Which methods are idempotent?</p>',
    answer:
      '<p><code>GET</code>, <code>HEAD</code>, <code>OPTIONS</code>, <code>PUT</code> and <code>DELETE</code> are idempotent. <code>POST</code> and <code>PATCH</code> are not in general. Proxies and clients rely on it when they repeat a request after a broken connection, so a GET with side effects invites trouble.</p>',
    right: ['GET', 'PUT', 'DELETE'],
    wrong: [
      ['POST', 'Repeating it may create a second thing.'],
      ['PATCH', 'A patch such as "add one" has an effect each time.'],
      ['CONNECT', 'It opens a new tunnel every time.'],
      'SUBMIT',
      'SEND',
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which statements about reading a request body in plain Node.js are true?</p>',
    answer:
      '<p>The body arrives in pieces and may never arrive completely. It has to be collected with a <strong>limit</strong>, decoded, and parsed with errors caught. Headers are available before the body. A request that is cut off emits <code>aborted</code> or <code>close</code> before its end, and <code>for await</code> over it throws.</p>',
    right: [
      'The body arrives as a stream',
      'A limit on its size must be enforced by the program',
      'JSON.parse may throw on what the client sent',
      'Headers can be read before the body has arrived',
      'The client may go away in the middle of it',
    ],
    wrong: [
      ['request.body holds the parsed JSON', 'That is added by frameworks.'],
      ['Node.js refuses bodies above 100 KB', 'Such limits come from frameworks; Node.js has none.'],
      ['Content-Length can always be trusted', 'It may be missing or wrong; with chunked bodies there is none.'],
      'The body is available synchronously in the listener',
      ['GET requests never have a body', 'They may carry one, it only has no defined meaning.'],
    ],
  }),
  multipleChoice('medium', {
    question: '<p>Which of these are good reasons to set an <code>ETag</code> or <code>Cache-Control</code> header?</p>',
    quiz: '<p>What do <code>ETag</code> and <code>Cache-Control</code> achieve?</p>',
    answer:
      '<p>An <code>ETag</code> names a version of the content. The client sends it back as <code>If-None-Match</code>, and the server answers <code>304</code> <strong>without a body</strong> when nothing has changed; with <code>If-Match</code> it also prevents lost updates. <code>Cache-Control</code> says whether and how long an answer may be reused without asking.</p>',
    right: [
      'Answers of 304 save the transfer of the body',
      'Clients may reuse an answer without asking again',
      'If-Match lets a server refuse a change based on an old version',
      'Shared caches can take load from the server',
      'no-store keeps private answers out of caches',
    ],
    wrong: [
      ['They encrypt the answer', 'Encryption is the task of TLS.'],
      ['They make the server skip authentication', 'They have nothing to do with it.'],
      ['They compress the body', 'That is Content-Encoding.'],
      ['They allow requests from other origins', 'That is Access-Control-Allow-Origin.'],
      'They keep the connection open',
    ],
  }),
  textInput('medium', {
    question: '<p>Which class of <code>node:http</code> manages the pool of client connections and their reuse?</p>',
    quiz: '<p>Which class of <code>node:http</code> pools client connections?</p>',
    answer:
      '<p><code>Agent</code>. It keeps a list of free sockets per host, limits them with <code>maxSockets</code>, and reuses them when <code>keepAlive</code> is on, which is the default of the global agent since version 19. The built-in <code>fetch</code> does not use it but the dispatcher of undici.</p>',
    keywords: ['Agent'],
  }),
  multipleChoice('medium', {
    inactive: true,
    question: '<p>Which status codes stand for an error on the side of the client?</p>',
    answer:
      '<p>All codes from 400 to 499: <code>400</code> bad request, <code>401</code> not authenticated, <code>403</code> not allowed, <code>404</code> not found, <code>409</code> conflict, <code>429</code> too many requests. Codes from 500 are errors of the server, codes from 300 are redirects.</p>',
    right: ['400', '401', '404', '409', '429'],
    wrong: [
      ['500', 'An error of the server.'],
      ['301', 'A redirect.'],
      ['204', 'A success without a body.'],
      ['503', 'The server is unavailable for now.'],
      '100',
    ],
  }),
]);
