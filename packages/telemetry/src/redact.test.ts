import { expect, test } from 'vitest';
import { redact } from './redact.ts';

const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjF9.c2ln_-x';

test.each([
  [`a ${token} b`, 'a [token] b'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [token]'],
  ['GET /api/auth/google/callback?code=4%2F0Aabc&x=1', 'GET /api/auth/google/callback?code=[redacted]&x=1'],
  [`Location: http://127.0.0.1/auth/callback?token=${token}`, 'Location: http://127.0.0.1/auth/callback?token=[redacted]'],
  ['postgres://auth:hunter2@127.0.0.1:5432/auth_db', 'postgres://auth:[redacted]@127.0.0.1:5432/auth_db'],
  ['Key (email)=(ada.lindqvist+x@example.test) already exists.', 'Key (email)=([value]) already exists.'],
  ['GET /api/users/ada%2Bx%40example.test/stats', 'GET /api/users/[e-mail]/stats'],
  ['GET /api/users/ada%2540example.test', 'GET /api/users/[e-mail]'],
  ['write to ada.lindqvist+x@example.test today', 'write to [e-mail] today'],
  ['invalid input syntax for type integer: "hunter2"', 'invalid input syntax for type integer: "[value]"'],
  ['invalid input value for enum question_type_enum: "hunter2"', 'invalid input value for enum question_type_enum: "[value]"'],
  ['value "12345678901234567890" is out of range for type bigint', 'value "[value]" is out of range for type bigint'],
  ['{"client_secret":"a\\"b","password":"p"}', '{"client_secret":"[redacted]","password":"[redacted]"}'],
  ['nothing here, not even @ or token', 'nothing here, not even @ or token'],
])('%s', (text, safe) => {
  expect(redact(text)).toBe(safe);
});

test('a line of JSON stays one, whatever the value that a database refuses has in it', () => {
  for (const value of ['hunter2', 'say "hunter2" twice', '\\hunter2\\', 'hunter2\\"', '{"hunter2":1}']) {
    for (const message of [
      `invalid input syntax for type integer: "${value}"`,
      `QueryFailedError: invalid input value for enum a_b: "${value}"\n    at here`,
    ]) {
      const line = redact(JSON.stringify({ message, after: 'kept' }));
      expect(line).not.toContain('hunter2');
      expect(JSON.parse(line)).toMatchObject({ after: 'kept' });
    }
  }
});
