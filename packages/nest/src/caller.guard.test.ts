import { createTokens } from '@banyan/identity';
import type { ExecutionContext } from '@nestjs/common';
import { expect, test } from 'vitest';
import { CallerGuard, type RequestOfCaller } from './caller.guard.ts';

const tokens = createTokens({ secret: 'a secret that is only used by this test' });
const guard = new CallerGuard({ tokens, claims: ['sub', 'email'] });

async function callerOf(headers: RequestOfCaller['headers']): Promise<unknown> {
  const request: RequestOfCaller = { headers };
  const context = { switchToHttp: () => ({ getRequest: () => request }) } as ExecutionContext;
  expect(await guard.canActivate(context)).toBe(true);
  return request.callerId;
}

test('a good token says who asks; a bad one, or one that says too little, counts as none, and everybody passes', async () => {
  const bearer = async (claims: Parameters<typeof tokens.sign>[0]) => ({ authorization: `Bearer ${await tokens.sign(claims)}` });
  const good = await bearer({ sub: 7, email: 'a@example.test' });
  expect(await callerOf(good)).toBe(7);
  const others = [
    {},
    { authorization: 'Bearer x.y.z' },
    { authorization: `${good.authorization}x` },
    await bearer({ sub: 7 }),
    await bearer({ sub: 7, email: '' }),
  ];
  for (const headers of others) expect(await callerOf(headers)).toBeUndefined();
});
