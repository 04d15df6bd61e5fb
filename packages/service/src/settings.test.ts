import { expect, test } from 'vitest';
import { flagsSetting, numberSetting, readSettings, secretSetting, serviceSettings, urlSetting } from './settings.ts';

const schema = serviceSettings.extend({
  DATABASE_URL: urlSetting('postgres', 'postgresql'),
  JWT_SECRET: secretSetting(32),
  SHARE: numberSetting(0, 100).default(5),
  FLAGS: flagsSetting(['auth.one', 'auth.two']),
});

const good = { PORT: '3001', INTERNAL_PORT: '0', DATABASE_URL: 'postgres://a@b/c', JWT_SECRET: 'x'.repeat(32) };

test('good settings come back typed, with defaults', () => {
  expect(readSettings(schema, { ...good, FLAGS: 'auth.two, auth.one', UNRELATED: 'x', LOG_LEVEL: '' })).toEqual({
    ...good,
    PORT: 3001,
    INTERNAL_PORT: 0,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
    DRAIN_TIMEOUT_MS: 10_000,
    SHARE: 5,
    FLAGS: new Set(['auth.two', 'auth.one']),
  });
});

test('every problem is listed at once, an empty variable counts as not set, and no secret is shown', () => {
  const bad = {
    PORT: '70000',
    INTERNAL_PORT: '',
    DATABASE_URL: 'mysql://a',
    JWT_SECRET: 'hunter2',
    SHARE: '101',
    FLAGS: 'auth.three',
    LOG_LEVEL: 'loud',
  };
  expect(() => readSettings(schema, bad)).toThrowError(
    expect.objectContaining({
      code: 'SERVICE_SETTINGS_INVALID',
      message: expect.stringMatching(
        /^7 of the settings cannot be used: PORT is not a port number; INTERNAL_PORT is not set; LOG_LEVEL .*; DATABASE_URL is not a postgres or postgresql URL; JWT_SECRET needs at least 32 bytes; SHARE is not between 0 and 100; FLAGS may only name auth.one, auth.two\.$/,
      ),
      fix: expect.stringContaining('README'),
    }),
  );
  expect(() => readSettings(schema, bad)).not.toThrowError(/hunter2/);
});
