/** A region of the terminal that is redrawn in place; gives the cursor and the keys back when it closes. */

export interface Screen {
  draw(lines: readonly string[]): void;
  onKey(listener: (key: string) => void): void;
  close(): void;
}

export function isInteractive(): boolean {
  return process.stdout.isTTY && process.stdin.isTTY && process.env['TERM'] !== 'dumb';
}

export function openScreen(): Screen {
  const { stdin, stdout } = process;
  let drawn = 0;
  stdout.write('\u001b[?25l');
  stdin.setRawMode(true);
  stdin.resume();
  return {
    draw: (lines) => {
      const rows = lines.slice(0, Math.max(1, stdout.rows - 1));
      const up = drawn === 0 ? '' : `\u001b[${drawn}A`;
      stdout.write(`${up}\r\u001b[0J${rows.join('\n')}\n`);
      drawn = rows.length;
    },
    onKey: (listener) => void stdin.on('data', (data: Buffer) => listener(data.toString())),
    close: () => {
      stdin.setRawMode(false);
      stdin.pause();
      stdin.removeAllListeners('data');
      stdout.write('\u001b[?25h');
    },
  };
}
