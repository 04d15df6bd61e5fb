/** Dead letters as text: groups, letters, one letter whole. Each ends with the command to type next. */
import type { Away, DeadLetterEntry, DeadLetterGroup, DeadLetterOverview } from '@banyan/controller/dead-letters';
import { asTyped, marks, paint } from '../output.ts';

export function drawGroups({ groups, retrying, away }: DeadLetterOverview, now: number): string[] {
  const letters = groups.reduce((sum, { count }) => sum + count, 0);
  const parked = groups.reduce((sum, { parkedKeys }) => sum + parkedKeys, 0);
  const [newest] = groups;
  return [
    newest === undefined
      ? `${marks.done} No dead letters.`
      : `${many(letters, 'dead letter')} in ${many(groups.length, 'group')}; ${many(parked, 'key')} ${parked === 1 ? 'stands' : 'stand'} still.`,
    ...drawRetrying(retrying),
    ...drawAway(away),
    ...groups.flatMap((group) => drawGroup(group, now)),
    ...(newest === undefined
      ? []
      : ['', ...next(`banyan dead-letters --group ${newest.id}`, `banyan redrive --group ${newest.id} --dry-run`)]),
  ];
}

function drawGroup({ id, service, group, type, error, count, newestAt, parkedKeys }: DeadLetterGroup, now: number): string[] {
  const who = group === service ? service : `${service} (${group})`;
  return [
    '',
    `${paint('bold', id)}  ${who}  ${type}  ${many(count, 'letter')}, ${many(parkedKeys, 'key')} parked, newest ${ageText(newestAt, now)}`,
    `          ${plain(error)}`,
  ];
}

function drawRetrying(retrying: number): string[] {
  if (retrying === 0) return [];
  return [
    `${many(retrying, 'event')} set aside ${retrying === 1 ? 'is' : 'are'} still being tried again by ${retrying === 1 ? 'its service' : 'their services'}.`,
  ];
}

function drawAway(away: readonly Away[]): string[] {
  return away.map(
    ({ service, why }) => `${marks.warning} The database of ${service} does not answer, so its letters are not shown: ${plain(why)}`,
  );
}

export function drawLetters(entries: readonly DeadLetterEntry[], away: readonly Away[], now: number): string[] {
  const [first] = entries;
  if (first === undefined) return ['No such dead letter.', ...drawAway(away), '', ...next('banyan dead-letters')];
  return [
    ...drawAway(away),
    ...entries.map((entry) => {
      const { id, type, key, at, parked = 0, behind, error, discarded } = entry;
      const place = [...(parked === 0 ? [] : [`${parked} parked`]), ...(behind === undefined ? [] : [`behind ${behind}`])];
      const end = discarded === undefined ? plain(error) : `discarded by ${plain(discarded.by)}: ${plain(discarded.why)}`;
      return `${id}  ${type}  key ${plain(key)}  ${ageText(at, now)}  ${[...place, end].join(', ')}`;
    }),
    '',
    ...next(first.discarded === undefined ? `banyan dead-letters show ${first.id}` : `banyan dead-letters show ${first.id} --discarded`),
  ];
}

export function drawLetter(entry: DeadLetterEntry): string[] {
  const { id, service, group, type, key, error, reason, at, attempts, payload, parked, behind, discarded } = entry;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['service', group === service ? service : `${service}, group ${group}`],
    ['key', plain(key)],
    ['set aside', `${at}, after ${many(attempts, 'attempt')}`],
    ['why', `${reason}: ${plain(error)}`],
    ['parked', parked === undefined || parked === 0 ? undefined : `${many(parked, 'event')} of its key behind it`],
    ['behind', behind === undefined ? undefined : `${behind}, which comes first`],
    ['discarded', discarded === undefined ? undefined : `${discarded.at} by ${plain(discarded.by)}: ${plain(discarded.why)}`],
  ];
  return [
    `${paint('bold', id)}  ${type}`,
    ...facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(10)} ${value}`])),
    '',
    ...JSON.stringify(payload, null, 2).split('\n').map(plain),
    ...(discarded === undefined
      ? [
          '',
          ...next(
            `banyan redrive ${id} --dry-run`,
            `banyan redrive ${id} --reason "<why>"`,
            `banyan dead-letters discard ${id} --reason "<why>"`,
          ),
        ]
      : []),
  ];
}

function next(...commands: readonly string[]): string[] {
  return commands.map((command, index) => `${index === 0 ? 'Next:' : '  or:'} ${asTyped(command)}`);
}

/** What comes from an event must not steer the terminal. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '�');
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `now`, `40 s ago`, `3 min ago`, `5 h ago`, `2 d ago`. */
export function ageText(at: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(at)) / 1_000));
  const units: readonly (readonly [number, string])[] = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const [size, unit] = units.find(([each]) => seconds >= each) ?? [1, ''];
  return unit === '' ? 'now' : `${Math.floor(seconds / size)} ${unit} ago`;
}
