import { expect, it } from 'vitest';
import { streamNameOf } from './replicated-data.ts';

it('names streams by system and extraction, within the length of a slot name', () => {
  expect(streamNameOf('node-learn', 'auth')).toBe('node_learn_auth');
  const long = streamNameOf('a-system-with-a-long-name', 'an-extraction-with-a-long-name');
  expect(long).toHaveLength(32);
  expect(long).toMatch(/^[a-z0-9_]+$/);
  expect(streamNameOf('a-system-with-a-long-name', 'an-extraction-with-a-long-nam2')).not.toBe(long);
});
