/** Who may import whom among our own workspaces; the same table as in ARCHITECTURE.md. */
import { importsOf, isTypeScript, type Rule, type SourceFile, type Violation } from '../source-tree.ts';

/** Packages: what each may import of ours. Tests and conformance suites may import `proof` besides. */
export const allowedImports: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  identity: [],
  telemetry: [],
  replication: [],
  gateway: [],
  bus: ['contract'],
  'event-store': ['contract'],
  'bus-postgres': ['bus', 'event-store', 'contract'],
  'bus-rabbitmq': ['bus', 'contract'],
  outbox: ['contract', 'bus'],
  saga: ['contract', 'bus', 'outbox'],
  service: ['contract', 'bus', 'outbox', 'saga', 'identity', 'telemetry'],
  nest: ['service', 'contract', 'bus', 'outbox', 'saga', 'identity', 'telemetry'],
  migration: ['contract', 'gateway', 'replication'],
  proof: ['contract'],
  web: [],
};

export const importDirections: Rule = {
  name: 'imports go in the directions of ARCHITECTURE.md',
  check: (files) => files.filter(isTypeScript).flatMap(checkFile),
  planted: [{ path: 'packages/contract/src/planted.ts', text: "import type { Route } from '@banyan/gateway';\n" }],
};

function checkFile(file: SourceFile): Violation[] {
  return importsOf(file).flatMap((specifier) => {
    const message = specifier.startsWith('.') ? leavesWorkspace(file.path, specifier) : refusedImport(file.path, specifier);
    return message === undefined ? [] : [{ path: file.path, message }];
  });
}

function leavesWorkspace(path: string, specifier: string): string | undefined {
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const home = workspaceOf(path);
  if (home === undefined || target.startsWith(`${home}/`)) return undefined;
  return `imports ${specifier}, which lies outside ${home}; import the other workspace by its name`;
}

function workspaceOf(path: string): string | undefined {
  return /^(packages\/[^/]+|apps\/[^/]+|systems\/[^/]+\/services\/[^/]+|systems\/[^/]+\/[^/]+(?=\/)|bench|simulation|tidy)\//.exec(
    path,
  )?.[1];
}

function refusedImport(path: string, specifier: string): string | undefined {
  const [scope, name] = specifier.split('/');
  const isOurs = scope === '@banyan';
  const isSystem = /^@(node-learn|helpdesk|quested|marketplace|stellara)$/.test(scope ?? '');
  if (!isOurs && !isSystem) return undefined;
  const problem = isOurs ? refusedPackage(path, name ?? '') : refusedSystemPart(path, scope ?? '', name ?? '');
  return problem === undefined ? undefined : `imports ${specifier}: ${problem}`;
}

function refusedPackage(path: string, name: string): string | undefined {
  const isTest = /\.test\.tsx?$|conformance\.ts$|\/testing\//.test(path);
  const [area, part] = path.split('/');
  // A service's tests play the part of its broker and its neighbours as well.
  if (isTest && (name === 'proof' || path.split('/')[2] === 'services')) return undefined;
  if (area === 'packages') {
    const allowed = allowedImports[part ?? ''];
    if (allowed === undefined) return `packages/${part} is not in the table of tidy/src/rules/import-directions.ts`;
    return allowed.includes(name) || part === name ? undefined : `packages/${part} may import ${allowed.join(', ') || 'nothing of ours'}`;
  }
  if (area !== 'systems') return undefined;
  return refusedBySystem(path, name);
}

function refusedBySystem(path: string, name: string): string | undefined {
  const part = path.split('/')[2];
  const allowedByPart: Record<string, readonly string[]> = {
    'migration.ts': ['migration'],
    'row-events.ts': ['migration', 'contract'],
    'banyan.config.ts': ['migration'],
    contracts: ['contract'],
    monolith: [],
    services: ['bus', 'contract', 'identity', 'nest', 'outbox', 'saga', 'service', 'telemetry'],
    acceptance: ['proof'],
    traffic: ['proof'],
    web: ['web'],
  };
  const allowed = allowedByPart[part ?? ''];
  if (allowed === undefined || allowed.includes(name)) return undefined;
  return `a system's ${part} may import ${allowed.join(', ') || 'nothing of ours'}`;
}

function refusedSystemPart(path: string, scope: string, name: string): string | undefined {
  const own = `systems/${scope.slice(1)}/`;
  if (!path.startsWith(own)) return 'platform code never imports a system; it loads one by path';
  const part = path.slice(own.length).split('/')[0];
  if (part === name) return undefined;
  if (part === 'monolith') return 'a monolith imports nothing of ours';
  return name === 'contracts' ? undefined : 'only the contracts of a system are shared between its parts';
}
