/** What is written to the terminal: marks, colours where they are wanted, aligned rows; plain text everywhere else. */

const colours = { green: 32, red: 31, yellow: 33, cyan: 36, dim: 2, bold: 1 } as const;

/** Colours only on a terminal, and never against NO_COLOR (no-color.org). */
const isColourful = process.stdout.isTTY && process.env['NO_COLOR'] === undefined && process.env['TERM'] !== 'dumb';

export function paint(colour: keyof typeof colours, text: string): string {
  return isColourful ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
}

export const marks = {
  done: paint('green', '✔'),
  failed: paint('red', '✖'),
  warning: paint('yellow', '!'),
  next: paint('cyan', '➜'),
  busy: paint('cyan', '●'),
};

/** Progress for people; goes to standard error when standard output carries JSON. */
export function createReporter(json: boolean): Reporter {
  const stream = json ? process.stderr : process.stdout;
  return {
    line: (text = '') => void stream.write(`${text}\n`),
    step: (name, text, ms, mb) => {
      const numbers = [ms === undefined ? '' : formatMs(ms), mb === undefined ? '' : `${mb} MB`].map((part) => part.padStart(8)).join('');
      stream.write(`  ${marks.done} ${name.padEnd(12)} ${text.padEnd(58)}${paint('dim', numbers)}\n`);
    },
    warn: (text) => void stream.write(`  ${marks.warning} ${text}\n`),
  };
}

export interface Reporter {
  line(text?: string): void;
  step(name: string, text: string, ms?: number, mb?: number): void;
  warn(text: string): void;
}

export function formatMs(ms: number): string {
  return ms < 10_000 && ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** Rows with aligned columns; numbers lean right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => visibleLength(String(row[column] ?? '')))));
  return rows
    .map((row) =>
      row
        .map((cell, column) => pad(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function pad(cell: string | number, width: number): string {
  const text = String(cell);
  const space = ' '.repeat(Math.max(0, width - visibleLength(text)));
  return typeof cell === 'number' ? space + text : text + space;
}

export function visibleLength(text: string): number {
  // oxlint-disable-next-line no-control-regex -- escape sequences are what is being taken out
  return text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').length;
}

export function printError(problem: { code: string; message: string; fix: string; details: readonly string[] }, json: boolean): void {
  if (json) {
    process.stdout.write(`${JSON.stringify({ error: problem })}\n`);
    return;
  }
  const details = problem.details.map((line) => `      ${paint('dim', line)}\n`).join('');
  process.stderr.write(
    `\n  ${marks.failed} ${problem.message} ${paint('dim', `[${problem.code}]`)}\n${details}    Next: ${asTyped(problem.fix)}\n\n`,
  );
}

/** A next step as it is typed: where npm started us there is no `banyan` on the path. */
export function asTyped(step: string, environment = process.env): string {
  const command = step.replace(/^Run: /, '');
  const door = environment['npm_lifecycle_event'];
  if (door === undefined) return command;
  return command.replaceAll(/\bbanyan (?=[a-z])/g, door === 'npx' ? 'npx banyan ' : 'npm run banyan -- ');
}
