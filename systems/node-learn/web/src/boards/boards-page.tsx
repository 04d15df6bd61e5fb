/** The boards, one mode at a time. */
import { Link } from '@banyan/web/link';
import { useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { BoardTable } from './board-table.tsx';

export function BoardsPage() {
  const chosen = useQuery().get('mode');
  const loaded = useLoaded('modes', (options) => api.ask('quiz.modes', options));
  return (
    <Page title="Boards" lead="The six who lead each mode with their latest run.">
      <Shown loaded={loaded} what="the modes">
        {(modes) => {
          const mode = modes.find(({ id }) => String(id) === chosen) ?? modes[0];
          if (mode === undefined) return <p className="note">There are no modes yet.</p>;
          return (
            <>
              <nav className="chips" aria-label="Modes">
                {modes.map(({ id, name }) => (
                  <Link key={id} href={`/leaderboards?mode=${id}`} aria-current={id === mode.id ? 'true' : undefined}>
                    {name}
                  </Link>
                ))}
              </nav>
              <section className="card" aria-labelledby="board-of">
                <h2 id="board-of">{mode.name}</h2>
                <BoardTable modeId={mode.id} />
              </section>
            </>
          );
        }}
      </Shown>
    </Page>
  );
}
