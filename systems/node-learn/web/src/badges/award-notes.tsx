/** Announces new badges, to eyes and ears, wherever one is. */
import { useSyncExternalStore } from 'react';
import { announced, putAway } from './announcements.ts';
import { BadgeMark } from './badge-mark.tsx';

export function AwardNotes() {
  const badges = useSyncExternalStore(announced.subscribe, announced.get);
  return (
    <div className="award-notes" role="status" aria-label="New badges">
      {badges.map((badge) => (
        <div key={badge.id} className="award-note">
          <BadgeMark badge={badge} isUnlocked />
          <p>
            <span className="quiet">New badge</span>
            <strong>{badge.title}</strong>
            <span>{badge.description}</span>
          </p>
          <button type="button" className="button-quiet" onClick={() => putAway(badge.id)} aria-label={`Put away: ${badge.title}`}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
