/** Reads a guide written in markdown and does what it says: its commands are run in order, its files written, and what it shows is looked for. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * `run` is a block marked `sh`, `terminal` one that goes on running (`sh terminal`), `file` one with a name behind its language, `seen` one marked
 * `console`: lines of what the command before it says. `end` is a comment `<!-- ctrl-c: words of a terminal -->`. Others, as `text`, are for readers only.
 */
export type Block = { readonly line: number; readonly text: string } & (
  | { readonly kind: 'run' | 'terminal' | 'seen' | 'end' }
  | { readonly kind: 'file'; readonly name: string }
);

export function readBlocks(markdown: string): Block[] {
  const pattern = /^```(\w+)(?: ([^\n]+))?\n(.*?)^```$|^<!-- ctrl-c: (.+?) -->$/gms;
  return [...markdown.matchAll(pattern)].flatMap(({ index, 1: language, 2: more, 3: text = '', 4: ended }): Block[] => {
    const line = markdown.slice(0, index).split('\n').length;
    if (ended !== undefined) return [{ kind: 'end', line, text: ended }];
    if (language === 'console') return [{ kind: 'seen', line, text }];
    if (language === 'sh' && (more === undefined || more === 'terminal'))
      return [{ kind: more === undefined ? 'run' : 'terminal', line, text }];
    return more === undefined ? [] : [{ kind: 'file', name: more, line, text }];
  });
}

/**
 * The first line of `wanted` that `output` does not have behind the ones before it; undefined when all are there. `…` stands for anything, and one
 * number for another: rows, times and process ids are not the same twice.
 */
export function missingLine(wanted: string, output: string): string | undefined {
  const lines = output.split('\n').map(normalise);
  let from = 0;
  return wanted.split('\n').find((line) => {
    const parts = normalise(line)
      .split('…')
      .map((part) => part.trim());
    if (parts.every((part) => part === '')) return false;
    const at = lines.findIndex((said, index) => index >= from && hasInOrder(said, parts));
    if (at >= 0) from = at + 1;
    return at < 0;
  });
}

function normalise(line: string): string {
  // oxlint-disable-next-line no-control-regex -- colours are what is being taken out
  const plain = line.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '');
  return plain
    .replaceAll(/\d+(?:[.,]\d+)*/g, '#')
    .replaceAll(/[█░]+/g, '█')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function hasInOrder(line: string, parts: readonly string[]): boolean {
  let from = 0;
  return parts.every((part) => {
    const at = line.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
}

interface Terminal {
  readonly text: string;
  readonly child: ChildProcess;
  readonly ended: Promise<unknown>;
  output: string;
}

const seenWithinMs = 60_000;
const endsWithinMs = 20_000;

/** A reader with a shell, whose folder and variables last from one command to the next, and with as many terminals as the guide asks for. */
export class Reader {
  readonly #directory: string;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #terminals: Terminal[] = [];
  #shell: { readonly folder: string; readonly variables: string };
  #last: { readonly line: number; output(): string; readonly mayStillSay: boolean; readonly code: number } | undefined;

  constructor(directory: string, environment: NodeJS.ProcessEnv) {
    this.#directory = directory;
    this.#environment = environment;
    this.#shell = { folder: directory, variables: '' };
  }

  async follow(blocks: readonly Block[]): Promise<void> {
    for (const [index, block] of blocks.entries()) {
      if (block.kind === 'file') this.#write(block.name, block.text);
      else if (block.kind === 'terminal') this.#open(block);
      else if (block.kind === 'end') await this.#end(this.#terminalWith(block.text));
      else if (block.kind === 'seen') await this.#look(block);
      else await this.#run(block, blocks[index + 1]);
    }
  }

  /** The terminals, the latest first. */
  async leave(): Promise<void> {
    for (const terminal of this.#terminals.toReversed()) await this.#end(terminal);
  }

  #write(name: string, text: string): void {
    const file = resolve(this.#shell.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  /** A command may fail where the guide shows that it does. */
  async #run({ line, text }: Block, next: Block | undefined): Promise<void> {
    const keeper = join(this.#directory, '.shell');
    const kept = `trap 'pwd > "${keeper}.folder"; export -p > "${keeper}.variables"' EXIT`;
    const script = [this.#shell.variables, `cd "${this.#shell.folder}"`, kept, 'set -eo pipefail', text].join('\n');
    const { output, code } = await this.#bash(script);
    this.#shell = { folder: readFileSync(`${keeper}.folder`, 'utf8').trim(), variables: readFileSync(`${keeper}.variables`, 'utf8') };
    this.#last = { line, output: () => output, mayStillSay: false, code };
    const isToFail = next?.kind === 'seen' && next.text.includes('✖');
    if (isToFail !== (code !== 0)) throw new Error(`The command in line ${line} ended with ${code}:\n${text}\n${output}`);
  }

  async #bash(script: string): Promise<{ output: string; code: number }> {
    const child = spawn('bash', ['-c', script], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const code = await new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1)));
    return { output, code };
  }

  #open({ line, text }: Block): void {
    const script = [
      this.#shell.variables,
      `cd "${this.#shell.folder}"`,
      `exec ${text.trim().replaceAll(/^((?:\w+=\S+ )+)/g, 'env $1')}`,
    ].join('\n');
    const child = spawn('bash', ['-c', script], { env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const terminal: Terminal = { text, child, ended, output: '' };
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (terminal.output += chunk.toString()));
    this.#terminals.push(terminal);
    this.#last = { line, output: () => terminal.output, mayStillSay: true, code: 0 };
  }

  async #look({ line, text }: Block): Promise<void> {
    const last = this.#last;
    if (last === undefined) throw new Error(`Line ${line} shows what is seen before anything is done.`);
    const giveUpAt = Date.now() + (last.mayStillSay ? seenWithinMs : 0);
    while (missingLine(text, last.output()) !== undefined && Date.now() < giveUpAt) await delay(50);
    const missing = missingLine(text, last.output());
    if (missing !== undefined)
      throw new Error(`The command in line ${last.line} does not say what line ${line} shows:\n${missing}\nIt says:\n${last.output()}`);
  }

  #terminalWith(words: string): Terminal {
    const found = this.#terminals.findLast(({ text }) => text.includes(words));
    if (found === undefined) throw new Error(`No terminal runs "${words}".`);
    const { line = 0 } = this.#last ?? {};
    this.#last = { line, output: () => found.output, mayStillSay: true, code: 0 };
    return found;
  }

  /** As Ctrl-C does: all of what runs in that terminal is told. */
  async #end({ child, ended, text }: Terminal): Promise<void> {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    process.kill(-child.pid, 'SIGINT');
    const inTime = await Promise.race([ended.then(() => true), delay(endsWithinMs, false, { ref: false })]);
    if (inTime) return;
    process.kill(-child.pid, 'SIGKILL');
    throw new Error(`${text} did not end within ${endsWithinMs / 1_000} s.`);
  }
}
