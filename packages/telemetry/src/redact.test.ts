import { expect, test } from 'vitest';
import { redact } from './redact.ts';

const token = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOjF9.c2ln_-x';

test.each([
  [`a ${token} b`, 'a [token] b'],
  ['Authorization: Bearer abc.def-ghi', 'Authorization: Bearer [token]'],
  ['GET /api/auth/google/callback?code=4%2F0Aabc&x=1', 'GET /api/auth/google/callback?code=[redacted]&x=1'],
  [`Location: http://127.0.0.1/auth/callback?token=${token}`, 'Location: http://127.0.0.1/auth/callback?token=[redacted]'],
  ['postgres://auth:hunter2@127.0.0.1:5432/auth_db', 'postgres://auth:[redacted]@127.0.0.1:5432/auth_db'],
  ['Key (email)=(ada.lindqvist+x@example.test) already exists.', 'Key (email)=([e-mail]) already exists.'],
  ['{"client_secret":"a\\"b","password":"p"}', '{"client_secret":"[redacted]","password":"[redacted]"}'],
  ['nothing here, not even @ or token', 'nothing here, not even @ or token'],
])('%s', (text, safe) => {
  expect(redact(text)).toBe(safe);
});
