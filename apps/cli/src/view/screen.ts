/** A region of the terminal that is redrawn in place; gives the cursor and the keys back when it closes. */

export interface Screen {
  draw(lines: readonly string[]): void;
  onKey(listener: (key: string) => void): void;
  close(): void;
}

/** Some terminals, as those of remote and recorded sessions, say that they are 0 by 0: they do not know. */
const rowsOtherwise = 40;
const columnsOtherwise = 120;

/** One row less than there are: the cursor stands below what is drawn. */
export function screenRoom(): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = process.stdout;
  return { columns: columns || columnsOtherwise, rows: Math.max(1, (rows || rowsOtherwise) - 1) };
}

export function isInteractive(): boolean {
  return process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb';
}

export function openScreen(): Screen {
  const { stdin, stdout } = process;
  let drawn = 0;
  const showCursor = () => void stdout.write('\u001b[?25h');
  stdout.write('\u001b[?25l');
  process.once('exit', showCursor);
  stdin.setRawMode(true);
  stdin.resume();
  return {
    draw: (lines) => {
      const shown = lines.slice(0, screenRoom().rows);
      const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
      stdout.write(`${up}\r\u001b[0J${shown.join('\n')}\n`);
      drawn = shown.length;
    },
    onKey: (listener) => void stdin.on('data', (data: Buffer) => listener(data.toString())),
    close: () => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.removeAllListeners('data');
      process.off('exit', showCursor);
      showCursor();
    },
  };
}
