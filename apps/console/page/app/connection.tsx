/** Says whether what one sees is live, and if not, why and what to do. */
import { Notice } from '../parts/notice.tsx';
import type { Connection, Live } from '../reading/live.ts';
import { timeText } from '../words/numbers.ts';

const badges: Readonly<Record<Connection, { readonly text: string; readonly tone: 'pass' | 'wait' | 'fail' }>> = {
  opening: { text: 'opening', tone: 'wait' },
  live: { text: 'live', tone: 'pass' },
  'controller-away': { text: 'controller away', tone: 'fail' },
  'console-away': { text: 'console away', tone: 'fail' },
  'signed-out': { text: 'not signed in', tone: 'fail' },
};

export function ConnectionBadge({ live }: { readonly live: Live }) {
  const { text, tone } = badges[live.connection];
  return (
    <p className={`badge ${tone}`} role="status">
      {text}
    </p>
  );
}

export function ConnectionNotice({ live, isLinkVoid }: { readonly live: Live; readonly isLinkVoid: boolean }) {
  const { connection, message, heardAtMs } = live;
  const old = heardAtMs === undefined ? '' : ` What you see is from ${timeText(new Date(heardAtMs).toISOString())}.`;
  if (connection === 'signed-out')
    return (
      <Notice tone="fail" title={isLinkVoid ? 'This link has been used' : 'This browser is not signed in'}>
        {isLinkVoid ? 'A link opens the console once. ' : ''}Run <code>npm run banyan -- console</code> in the folder of the system, and
        open the link it prints.
      </Notice>
    );
  if (connection === 'controller-away')
    return (
      <Notice tone="fail" title="The controller is away">
        {message} Users notice nothing: gateways keep their routes. The page asks again every second.{old}
      </Notice>
    );
  if (connection === 'console-away')
    return (
      <Notice tone="fail" title="The console is away">
        The program that serves this page does not answer. The page comes back by itself.{old}
      </Notice>
    );
  if (connection === 'opening') return <p className="quiet">Asking for the state …</p>;
  return isLinkVoid ? (
    <Notice tone="wait" title="This link has been used">
      You are signed in already, so you need no other one here.
    </Notice>
  ) : null;
}
