/** What the live picture of a migration shows, and how it is drawn: plain lines, redrawn in place on a terminal. */
import { formatCount, marks, paint, visibleLength } from '../output.ts';

export interface PictureGate {
  readonly name: string;
  readonly status: 'pass' | 'wait' | 'fail';
  readonly message: string;
}

export interface PictureExtraction {
  readonly name: string;
  readonly stages: readonly string[];
  readonly stage: string;
  readonly sharePercent: number;
  readonly next: string | undefined;
  readonly gates: readonly PictureGate[];
  /** Which way its rows flow, and how far behind. */
  readonly flow: { readonly from: string; readonly to: string; readonly lagMs: number | undefined; readonly state: string } | undefined;
  readonly verified: { readonly rows: number; readonly differing: number; readonly ageS: number } | undefined;
  readonly shadow: { readonly compared: number; readonly mismatches: number };
  /** Requests per second on its routes, by who answers. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
}

export interface Picture {
  readonly title: string;
  readonly elapsedS: number;
  readonly memoryMb: number | undefined;
  /** Requests per second through the gateway, by who answers. */
  readonly requestsPerSecond: Readonly<Record<string, number>>;
  readonly traffic:
    | { readonly asked: number; readonly failed: number; readonly unknown: number; readonly p99Ms: number | undefined }
    | undefined;
  readonly extractions: readonly PictureExtraction[];
  /** The extraction that keys move: it is drawn in full, the others in a line. Undefined: all are drawn in full. */
  readonly chosen: string | undefined;
  readonly busyWith: string | undefined;
  readonly events: readonly string[];
  readonly keys: string;
}

const barWidth = 30;
const nameWidth = 14;

export interface Room {
  readonly columns: number;
  /** Unlimited unless told. */
  readonly rows?: number;
}

/** As much as there is room for: what matters least is left out first, what the keys do never. */
export function drawPicture(picture: Picture, { columns, rows = Number.POSITIVE_INFINITY }: Room): string[] {
  const drafts = details.map((detail) => draft(picture, detail));
  const lines = drafts.find(({ length }) => length <= rows) ?? [...drafts.at(-1)!.slice(0, rows - 1), keysLine(picture)];
  return lines.map((line) => clip(line, columns));
}

interface Detail {
  readonly events: number;
  readonly hasBars: boolean;
  readonly hasGatesThatPass: boolean;
  readonly hasSpaces: boolean;
  readonly hasUntouched: boolean;
}

const everything: Detail = { events: 100, hasBars: true, hasGatesThatPass: true, hasSpaces: true, hasUntouched: true };
/** From everything to the least. */
const details: readonly Detail[] = [
  everything,
  { ...everything, events: 3 },
  { ...everything, events: 3, hasGatesThatPass: false },
  { ...everything, events: 2, hasGatesThatPass: false, hasBars: false },
  { ...everything, events: 2, hasGatesThatPass: false, hasBars: false, hasSpaces: false },
  { events: 1, hasGatesThatPass: false, hasBars: false, hasSpaces: false, hasUntouched: false },
];

function draft(picture: Picture, detail: Detail): string[] {
  const space = detail.hasSpaces ? [''] : [];
  return [
    ...space,
    `  ${paint('bold', picture.title)}   ${clock(picture.elapsedS)}${picture.memoryMb === undefined ? '' : `   ${picture.memoryMb} MB`}`,
    ...space,
    ...drawRates(picture, detail),
    ...drawTraffic(picture),
    ...space,
    ...drawExtractions(picture, detail),
    ...space,
    ...(picture.busyWith === undefined ? [] : [`  ${marks.busy} ${picture.busyWith} …`]),
    ...picture.events.slice(-detail.events).map((event) => `  ${paint('dim', event)}`),
    ...space,
    keysLine(picture),
  ];
}

function keysLine({ keys }: Picture): string {
  return `  ${keys}`;
}

function drawRates({ requestsPerSecond }: Picture, { hasBars }: Detail): string[] {
  const rates = Object.entries(requestsPerSecond);
  const total = rates.reduce((sum, [, rate]) => sum + rate, 0);
  if (!hasBars) return [`  ${'answered by'.padEnd(12)} ${rates.map(([name, rate]) => `${name} ${rate.toFixed(1)}/s`).join('   ')}`];
  return rates.map(([name, rate]) => `  ${name.padEnd(12)} ${bar(rate, total)} ${rate.toFixed(1).padStart(7)}/s`);
}

function drawTraffic({ traffic }: Picture): string[] {
  if (traffic === undefined) return [];
  const failed = traffic.failed + traffic.unknown;
  const health = failed === 0 ? paint('green', 'none failed') : paint('red', `${formatCount(failed)} failed`);
  const p99 = traffic.p99Ms === undefined ? '' : `, p99 ${Math.round(traffic.p99Ms)} ms`;
  return [`  ${'asked'.padEnd(12)} ${formatCount(traffic.asked)} requests, ${health}${p99}`];
}

function drawExtractions({ extractions, chosen }: Picture, detail: Detail): string[] {
  const isChosen = ({ name }: PictureExtraction) => [undefined, name].includes(chosen);
  const isShown = (it: PictureExtraction) => detail.hasUntouched || isChosen(it) || it.stage !== it.stages[0];
  const lines = extractions.flatMap((it, index) =>
    isShown(it) ? drawExtraction(it, { number: index + 1, isChosen: isChosen(it), detail }) : [],
  );
  const untouched = extractions.filter((it) => !isShown(it)).map(({ name, stage }) => `${name} ${stage}`);
  return untouched.length === 0 ? lines : [...lines, `  ${paint('dim', untouched.join(', '))}`];
}

interface Place {
  readonly number: number;
  readonly isChosen: boolean;
  readonly detail: Detail;
}

function drawExtraction(extraction: PictureExtraction, { number, isChosen, detail }: Place): string[] {
  const { flow, verified, shadow } = extraction;
  const rates = Object.entries(extraction.requestsPerSecond).map(([name, rate]) => `${name} ${rate.toFixed(1)}/s`);
  const lag = flow?.lagMs === undefined ? '' : `, ${Math.round(flow.lagMs)} ms behind`;
  const name = `${number} ${extraction.name}`.padEnd(nameWidth);
  const line = `  ${isChosen ? paint('bold', name) : name} ${stageLine(extraction)}`;
  if (!isChosen) return [shadow.mismatches === 0 ? line : `${line}   ${mismatchText(shadow.mismatches)}`];
  return [
    line,
    `    routes     ${rates.join('   ') || 'no requests yet'}`,
    `    rows       ${flow === undefined ? 'not copied' : `${flow.from} ${paint('cyan', '──▶')} ${flow.to}  ${flow.state}${lag}`}`,
    `    verified   ${verified === undefined ? 'not yet' : verifiedText(verified)}`,
    `    shadow     ${formatCount(shadow.compared)} compared, ${mismatchText(shadow.mismatches)}`,
    ...(extraction.next === undefined ? [] : [`    next       ${extraction.next}`, ...drawGates(extraction.gates, detail)]),
  ];
}

function drawGates(gates: readonly PictureGate[], { hasGatesThatPass }: Detail): string[] {
  const open = gates.filter(({ status }) => status !== 'pass');
  const lines = (hasGatesThatPass ? gates : open).map((gate) => `      ${gateMark(gate)} ${gate.name}: ${gate.message}`);
  const passing = gates.length - open.length;
  return hasGatesThatPass || passing === 0 ? lines : [...lines, `      ${marks.done} ${passing} of ${gates.length} gates pass`];
}

function stageLine(extraction: PictureExtraction): string {
  return extraction.stages
    .map((stage) => {
      const text = stage === 'canary' && extraction.stage === 'canary' ? `canary ${extraction.sharePercent} %` : stage;
      return stage === extraction.stage ? paint('green', `[${text}]`) : paint('dim', text);
    })
    .join(paint('dim', ' ─ '));
}

function verifiedText(verified: { rows: number; differing: number; ageS: number }): string {
  const result = verified.differing === 0 ? paint('green', 'all equal') : paint('red', `${verified.differing} differ`);
  return `${formatCount(verified.rows)} rows, ${result}, ${Math.round(verified.ageS)} s ago`;
}

function mismatchText(mismatches: number): string {
  return mismatches === 0 ? paint('green', '0 mismatches') : paint('red', `${formatCount(mismatches)} mismatches`);
}

export function gateMark(gate: Pick<PictureGate, 'status'>): string {
  return { pass: marks.done, wait: paint('yellow', '…'), fail: marks.failed }[gate.status];
}

function bar(part: number, total: number): string {
  const filled = total === 0 ? 0 : Math.round((part / total) * barWidth);
  return paint('cyan', '█'.repeat(filled)) + paint('dim', '░'.repeat(barWidth - filled));
}

function clock(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return `${String(minutes).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
}

/** Cuts a line to the width of the terminal without cutting an escape sequence. */
function clip(line: string, columns: number): string {
  if (visibleLength(line) <= columns) return line;
  let visible = 0;
  let kept = '';
  // oxlint-disable-next-line no-control-regex -- escape sequences take no room
  for (const part of line.match(/\u001b\[[0-9;]*m|[^]/gu) ?? []) {
    if (part.startsWith('\u001b')) kept += part;
    else if (visible < columns - 1) {
      kept += part;
      visible += 1;
    }
  }
  return `${kept}…`;
}
