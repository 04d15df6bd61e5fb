/** All badges: those somebody has, and how far the others are. */
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { Badge } from '../api/routes.ts';
import { GuestNote } from '../frame/guest-note.tsx';
import { dayOf } from '../frame/labels.ts';
import { usePlayer } from '../session/player.ts';
import { BadgeMark } from './badge-mark.tsx';

export function BadgesPage() {
  const player = usePlayer();
  const loaded = useLoaded(`badges ${player.isGuest}`, async (options) => {
    const { id } = await player.find(options);
    return api.ask('achievements.of-user', { ...options, params: { userId: id } });
  });
  const lead =
    loaded.state === 'ready' ? `${loaded.value.filter(({ unlocked }) => unlocked).length} of ${loaded.value.length} unlocked.` : undefined;
  return (
    <Page title="Badges" lead={lead}>
      {player.isGuest && <GuestNote />}
      <Shown loaded={loaded} what="the badges">
        {(badges) => (
          <ul className="tiles tiles-small">
            {badges.map((badge) => (
              <li key={badge.id}>
                <BadgeTile badge={badge} />
              </li>
            ))}
          </ul>
        )}
      </Shown>
    </Page>
  );
}

function BadgeTile({ badge }: { readonly badge: Badge }) {
  return (
    <article className={`card badge ${badge.unlocked ? 'badge-unlocked' : ''}`}>
      <BadgeMark badge={badge} isUnlocked={badge.unlocked} />
      <div>
        <h2>{badge.title}</h2>
        <p>{badge.description}</p>
        {badge.unlocked ? (
          <p className="badge-state">Unlocked{badge.unlocked_at !== null && ` on ${dayOf(badge.unlocked_at)}`}</p>
        ) : (
          <Progress badge={badge} />
        )}
      </div>
    </article>
  );
}

function Progress({ badge }: { readonly badge: Extract<Badge, { unlocked: false }> }) {
  const { progress } = badge;
  if (progress === undefined) return <p className="badge-state">Locked</p>;
  return (
    <p className="badge-state">
      <progress max={Math.max(progress.total, 1)} value={progress.current} aria-label={`Towards ${badge.title}`} />
      <span>{progress.label}</span>
    </p>
  );
}
