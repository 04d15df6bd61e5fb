/** The six places of one mode. */
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { BoardPlace } from '../api/routes.ts';
import { dayOf } from '../frame/labels.ts';
import { useSession } from '../session/session.ts';

interface Props {
  readonly modeId: number;
  /** Another one reads the board anew. */
  readonly reloadKey?: string;
}

export function BoardTable({ modeId, reloadKey = '' }: Props) {
  const loaded = useLoaded(`board ${modeId} ${reloadKey}`, (options) => api.ask('leaderboard.board', { ...options, params: { modeId } }));
  return (
    <Shown loaded={loaded} what="the board">
      {(places) => <Places places={places} />}
    </Shown>
  );
}

function Places({ places }: { readonly places: readonly BoardPlace[] }) {
  const { user } = useSession();
  return (
    <table className="board">
      <thead>
        <tr>
          <th scope="col">Place</th>
          <th scope="col">Who</th>
          <th scope="col" className="number">
            Right
          </th>
          <th scope="col" className="number">
            Streak
          </th>
          <th scope="col" className="wide-only">
            When
          </th>
        </tr>
      </thead>
      <tbody>
        {places.map((place, index) => {
          const isMine = user !== undefined && place.user_id === user.id;
          // Those nobody holds are numbered by the server as well, sometimes like a real one.
          return (
            <tr key={index} className={isMine ? 'mine' : place.user_id === 0 ? 'filler' : ''}>
              <td>{place.position}</td>
              <th scope="row">
                {place.username}
                {isMine && <span className="tag">you</span>}
              </th>
              <td className="number">
                {place.correct_answers} of {place.total_questions}
              </td>
              <td className="number">{place.streak}</td>
              <td className="wide-only">{dayOf(place.achieved_at)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
