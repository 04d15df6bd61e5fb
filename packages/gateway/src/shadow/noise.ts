/**
 * What the owner's answers vary in by themselves, learned by asking it twice, and only that. A rule belongs to one field path and one kind
 * of difference, exists only after `samplesMin` comparisons of the owner with itself and `variedMin` differences, and holds only where the
 * sibling fields are as they were when it varied. Missing, extra and doubled elements, lengths and the status are never noise.
 */
import type { NoiseRule } from '../shadow-report.ts';
import { compareAnswers, visitScalars, type Difference, type DifferenceKind, type Matching } from './difference.ts';
import type { CapturedAnswer } from './sample.ts';

/** A path must have varied this often before there is a rule. */
const variedMin = 3;
/** Different sibling values with which a field has varied, from which on an unseen value counts as like them. */
const manyValues = 4;
const valuesPerField = 64;
const pathsMax = 500;

const neverNoise: ReadonlySet<DifferenceKind> = new Set([
  'status',
  'missing-element',
  'extra-element',
  'doubled-element',
  'length',
  'header-order',
]);

interface FieldValues {
  /** Value to how often the path varied, or stayed the same, beside it. */
  readonly varied: Record<string, number>;
  readonly same: Record<string, number>;
}

interface PathNoise {
  readonly path: string;
  readonly kind: DifferenceKind;
  varied: number;
  readonly fields: Record<string, FieldValues>;
  /** The forms its values had: a date stays a date. */
  readonly forms: string[];
}

/** Plain data, so that it can be kept on disk. */
export interface NoiseState {
  samples: number;
  readonly paths: Record<string, PathNoise>;
}

export function emptyNoise(): NoiseState {
  return { samples: 0, paths: {} };
}

export class Noise {
  readonly state: NoiseState;
  readonly #samplesMin: number;

  constructor(state: NoiseState, samplesMin: number) {
    this.state = state;
    this.#samplesMin = samplesMin;
  }

  get learned(): boolean {
    return this.state.samples >= this.#samplesMin;
  }

  /** Two answers of the owner to one request, made while nothing was being written. */
  learn(one: CapturedAnswer, two: CapturedAnswer): void {
    this.state.samples += 1;
    for (const { path, kind, owner, candidate, context } of compareAnswers(one, two, { varies: this.varies, learning: true })) {
      if (neverNoise.has(kind)) continue;
      const noise = this.#path(path, kind);
      if (noise === undefined) continue;
      noise.varied += 1;
      for (const form of [formOf(owner), formOf(candidate)]) if (!noise.forms.includes(form)) noise.forms.push(form);
      for (const [name, value] of Object.entries(context)) note(noise, name, 'varied', value);
    }
    visitScalars(one, two, (path, context, equal) => {
      const noise = equal ? this.state.paths[keyOf(path, 'value')] : undefined;
      if (noise !== undefined) for (const [name, value] of Object.entries(context)) note(noise, name, 'same', value);
    });
  }

  /** Two equal answers: nothing varied. */
  learnEqual(count: number): void {
    this.state.samples += count;
  }

  readonly matching: Matching = { varies: (path, kind) => this.varies(path, kind), learning: false };

  /** Whether a field is known to vary anywhere. */
  readonly varies = (path: string, kind: DifferenceKind): boolean => (this.state.paths[keyOf(path, kind)]?.varied ?? 0) >= variedMin;

  /** Whether the owner differs from itself in this way, in this place. */
  explains({ path, kind, candidate, context }: Difference): boolean {
    if (!this.learned || neverNoise.has(kind)) return false;
    const noise = this.state.paths[keyOf(path, kind)];
    if (noise === undefined || noise.varied < variedMin) return false;
    if (kind === 'value' && !noise.forms.includes(formOf(candidate))) return false;
    return Object.entries(context).every(([name, value]) => allows(noise.fields[name], value));
  }

  rules(): NoiseRule[] {
    if (!this.learned) return [];
    return Object.values(this.state.paths)
      .filter((noise) => noise.varied >= variedMin)
      .map(({ path, kind, varied, fields }) => ({ path, kind, varied, samples: this.state.samples, onlyWhere: conditionsOf(fields) }));
  }

  #path(path: string, kind: DifferenceKind): PathNoise | undefined {
    const key = keyOf(path, kind);
    const known = this.state.paths[key];
    if (known !== undefined || Object.keys(this.state.paths).length >= pathsMax) return known;
    return (this.state.paths[key] = { path, kind, varied: 0, fields: {}, forms: [] });
  }
}

/** A sibling's value allows the rule when the path has varied beside it; an unseen one only when the sibling plainly does not matter. */
function allows(field: FieldValues | undefined, value: string): boolean {
  if (field === undefined) return true;
  if ((field.varied[value] ?? 0) > 0) return true;
  if ((field.same[value] ?? 0) > 0) return false;
  return !discriminates(field) && Object.keys(field.varied).length >= manyValues;
}

/** Beside some value of this sibling the path has never varied. */
function discriminates(field: FieldValues): boolean {
  return Object.keys(field.same).some((value) => !Object.hasOwn(field.varied, value));
}

function conditionsOf(fields: Record<string, FieldValues>): Record<string, readonly string[]> {
  const conditions: Record<string, readonly string[]> = {};
  for (const [name, field] of Object.entries(fields)) {
    const values = Object.keys(field.varied);
    if (values.length > 0 && (discriminates(field) || values.length < manyValues)) conditions[name] = values;
  }
  return conditions;
}

function note(noise: PathNoise, name: string, what: 'varied' | 'same', value: string): void {
  const field = (noise.fields[name] ??= { varied: {}, same: {} });
  const values = field[what];
  if (Object.hasOwn(values, value) || Object.keys(values).length < valuesPerField) values[value] = (values[value] ?? 0) + 1;
}

function keyOf(path: string, kind: DifferenceKind): string {
  return `${kind} ${path}`;
}

const forms: readonly (readonly [string, RegExp])[] = [
  ['null', /^null$/],
  ['boolean', /^(?:true|false)$/],
  ['integer', /^-?\d+$/],
  ['number', /^-?[\d.eE+-]+$/],
  ['time', /^"?\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)"?$/],
  ['uuid', /^"?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"?$/i],
  ['token', /^"?eyJ[\w-]+\.[\w-]+\.[\w-]*"?$/],
  ['numeric text', /^"-?[\d.]+"$/],
  ['empty text', /^""$/],
];

/** What a value looks like, whatever it is: of JSON as it is written. */
export function formOf(value: string): string {
  return forms.find(([, pattern]) => pattern.test(value))?.[0] ?? 'text';
}
