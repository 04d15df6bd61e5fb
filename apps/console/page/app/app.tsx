/** The frame of every view: where one is, whether what one sees is live, and what is moving right now. */
import { useEffect, useRef } from 'react';
import { useLive } from '../reading/live.ts';
import { ConnectionBadge, ConnectionNotice } from './connection.tsx';
import { MovingNow } from './moving-now.tsx';
import { linkTo, useRoute } from './route.ts';
import { viewOf, views } from './views.ts';

export function App({ isLinkVoid }: { readonly isLinkVoid: boolean }) {
  const live = useLive();
  const [name = '', ...rest] = useRoute();
  const view = viewOf(name);
  const main = useRef<HTMLElement>(null);
  const navigation = useRef<HTMLElement>(null);
  const place = [view.name, ...rest].join('/');
  const lastPlace = useRef(place);
  const title = live.state?.title ?? 'Banyan';
  useEffect(() => {
    document.title = `${view.title} · ${title}`;
  }, [view.title, title]);
  useEffect(() => {
    navigation.current?.querySelector('[aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [view.name]);
  useEffect(() => {
    if (lastPlace.current === place) return;
    lastPlace.current = place;
    // A new view is read from its beginning, by eye and by ear; what is focused on the first visit is the reader's own.
    scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [place]);
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => (event.preventDefault(), main.current?.focus())}>
        Skip to the view
      </a>
      <header className="top">
        <p className="brand">
          <span className="brand-name">Banyan</span> <span className="brand-system">{live.state?.title ?? ''}</span>
        </p>
        <ConnectionBadge live={live} />
        <nav ref={navigation} aria-label="Views">
          {views.map((it) => (
            <a key={it.name} href={linkTo(it.name)} aria-current={it.name === view.name ? 'page' : undefined}>
              {it.title}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" ref={main} tabIndex={-1} aria-label={view.title}>
        <ConnectionNotice live={live} isLinkVoid={isLinkVoid} />
        {live.state === undefined ? null : (
          <>
            <MovingNow state={live.state} />
            <view.View live={live} state={live.state} rest={rest} />
          </>
        )}
      </main>
    </>
  );
}
