// A fault of a program as data: text in its modules, and what stands there instead, to see which guard catches it.
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ProofError } from './errors.ts';

export interface PlantedFault {
  /** What goes wrong, and under which number it is known: `F1: counts are overwritten`. */
  readonly name: string;
  readonly changes: readonly SourceChange[];
}

export interface SourceChange {
  /** The file that Node loads, as a path or file URL; `import.meta.resolve('@banyan/saga/engine')` for a package's. */
  readonly module: string;
  /** Stands in the file exactly once. */
  readonly text: string;
  readonly replacement: string;
}

/** What startProgram is given besides, so that the program runs with the fault. */
export interface FaultyStart {
  readonly nodeArguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What fault-preload.ts reads the fault from. */
export const faultVariable = 'BANYAN_PLANTED_FAULT';

/**
 * Throws PROOF_FAULT when a text is not in its module, or more than once, and so does the program when it loads the module: code that was rewritten
 * cannot make a fault harmless unnoticed. What no program loads is not noticed: then no guard catches the fault, and its test fails.
 */
export function plantFault(fault: PlantedFault): FaultyStart {
  const changes = fault.changes.map((change) => ({ ...change, module: realPathOf(change.module) }));
  for (const module of new Set(changes.map((change) => change.module))) {
    changeSource({ ...fault, changes }, module, readFileSync(module, 'utf8'));
  }
  return {
    nodeArguments: ['--import', import.meta.resolve('@banyan/proof/fault-preload')],
    environment: { [faultVariable]: JSON.stringify({ ...fault, changes }) },
  };
}

/** The source with the fault's changes of this module, whose path is free of links; as it was when there is none. Throws PROOF_FAULT. */
export function changeSource(fault: PlantedFault, module: string, source: string): string {
  let changed = source;
  for (const { text, replacement } of fault.changes.filter((change) => change.module === module)) {
    const places = changed.split(text).length - 1;
    if (places !== 1) throw new ProofError('PROOF_FAULT', `"${fault.name}" cannot be planted: ${module} has ${places} times: ${text}`);
    changed = changed.replace(text, () => replacement);
  }
  return changed;
}

function realPathOf(module: string): string {
  return realpathSync(module.startsWith('file:') ? fileURLToPath(module) : module);
}
