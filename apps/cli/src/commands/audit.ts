/** `banyan audit`: who did what, when, why and what came of it; `banyan audit verify` recomputes the whole chain. */
import { readFileSync } from 'node:fs';
import type { AuditView } from '@banyan/controller/audit-view';
import { type AuditCheck, type AuditEntry, verifyEntries } from '@banyan/migration/audit';
import type { ErrorBody } from '@banyan/controller/errors';
import { MigrationError } from '@banyan/migration/errors';
import { numberOption, textOption, type CommandCall, type CommandDescription } from '../command-line.ts';
import { CliError } from '../errors.ts';
import { marks } from '../output.ts';
import { drawEntry } from '../view/audit.ts';
import { liveController, printAnswer, systemOption } from './live-controller.ts';

export const audit: CommandDescription = {
  name: 'audit',
  usage: 'audit [<action>]',
  summary: 'Lists what was done by whom and why, or checks that nothing of it was changed. Exit code 1 when it was.',
  arguments: 'Actions: verify.',
  options: {
    limit: { type: 'string', value: 'N', help: 'the newest so many (50; with --json 10000)' },
    file: { type: 'string', value: 'FILE', help: 'with verify: what `banyan audit --json` has written, without a running system' },
    system: systemOption,
  },
  async run(call) {
    const [action] = call.positionals;
    if (action === undefined) return list(call);
    if (action !== 'verify')
      throw new CliError('CLI_OPTION_INVALID', `"${action}" is nothing that is done with the audit.`, 'banyan audit verify');
    const check = await verified(call);
    printAnswer(call, check, [
      `${marks.done} ${check.rows} entries, each follows on the one before. The newest has the hash`,
      `  ${check.headHash}`,
    ]);
    return 0;
  },
};

async function list(call: CommandCall): Promise<number> {
  const limit = numberOption(call, 'limit', call.json ? 10_000 : 50, { min: 1, max: 10_000 });
  const view = await liveController(call).read<AuditView>(`/v1/audit?limit=${limit}`);
  const { entries, check } = view;
  const end = check.intact ? `${check.rows} entries in one whole chain.` : `${marks.failed} ${check.error.message}`;
  printAnswer(call, view, [...entries.map(drawEntry), '', end]);
  return check.intact ? 0 : 1;
}

async function verified(call: CommandCall): Promise<AuditCheck> {
  const file = textOption(call, 'file');
  if (file !== undefined) return verifiedFile(file);
  const { check } = await liveController(call).read<AuditView>('/v1/audit?limit=1');
  if (!check.intact) throw brokenAudit(check.error);
  return { rows: check.rows, headHash: check.headHash };
}

function verifiedFile(file: string): AuditCheck {
  const entries = readEntries(file);
  try {
    return verifyEntries(entries);
  } catch (error) {
    throw error instanceof MigrationError ? brokenAudit(error) : error;
  }
}

function brokenAudit({ code, message, fix, evidence }: ErrorBody): CliError {
  const { expected = '', found = '' } = (evidence ?? {}) as { readonly expected?: string; readonly found?: string };
  return new CliError(code, message, fix, { details: [`expected ${expected}`, `found    ${found}`] });
}

function readEntries(file: string): readonly AuditEntry[] {
  try {
    const { entries } = JSON.parse(readFileSync(file, 'utf8')) as { readonly entries?: readonly AuditEntry[] };
    if (Array.isArray(entries)) return entries;
  } catch (error) {
    throw new CliError('CLI_OPTION_INVALID', `${file} cannot be read: ${(error as Error).message}`, `banyan audit --json > ${file}`, {
      cause: error,
    });
  }
  throw new CliError('CLI_OPTION_INVALID', `${file} holds no audit.`, `banyan audit --json > ${file}`);
}
