import { describe, expect, test } from 'vitest';
import { helpOf, nearestCommand, numberOption, parseCall, type CommandDescription } from './command-line.ts';

const command: CommandDescription = {
  name: 'prove',
  usage: 'prove <system>',
  summary: 'Proves.',
  options: { port: { type: 'string', value: 'PORT', help: 'port' }, 'json-file': { type: 'string', help: 'file' } },
  run: async () => 0,
};

describe('parseCall', () => {
  test('splits positionals and options', () => {
    const call = parseCall(command, ['node-learn', '--port', '4000', '--json']);
    expect(call.positionals).toEqual(['node-learn']);
    expect(call.options['port']).toBe('4000');
    expect(call.json).toBe(true);
  });

  test('takes a file behind --json where the command has one', () => {
    expect(parseCall(command, ['node-learn', '--json', 'proof.json']).options['json-file']).toBe('proof.json');
  });

  test('says which option it does not know and where to look', () => {
    expect(() => parseCall(command, ['--prot', '1'])).toThrow(
      expect.objectContaining({ code: 'CLI_OPTION_INVALID', fix: 'banyan prove --help' }),
    );
  });

  test('refuses a word too many and a value left out, by name', () => {
    expect(() => parseCall(command, ['node-learn', 'auth'])).toThrow('does not know what to do with "auth"');
    expect(() => parseCall(command, ['--port'])).toThrow('--port needs a value behind it.');
    expect(() => parseCall(command, ['--port', '--json'])).toThrow('--port needs a value behind it.');
  });

  test.each(['zero', '0', '70000', '', '3.5'])('refuses the port %j with its range', (port) => {
    const call = parseCall(command, ['--port', port]);
    expect(() => numberOption(call, 'port', 3000, { min: 1, max: 65_535 })).toThrow('from 1 to 65535');
  });
});

test('help lists every option but the hidden file', () => {
  expect(helpOf(command)).toContain('--port PORT');
  expect(helpOf(command)).not.toContain('json-file');
});

test.each([
  ['prov', 'prove'],
  ['porve', 'prove'],
  ['elephant', undefined],
])('a mistyped %s suggests %s', (word, suggestion) => {
  expect(nearestCommand(word, [command])).toBe(suggestion);
});
