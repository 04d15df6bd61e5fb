/** Says that the browser has no network, for as long as that lasts. */
import { useSyncExternalStore } from 'react';

export function OfflineNote() {
  const isOnline = useSyncExternalStore(subscribe, () => navigator.onLine);
  return (
    <div className="offline" role="status">
      {!isOnline && <p>You are offline. What you see may be old, and nothing can be changed until the network is back.</p>}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  for (const event of ['online', 'offline']) window.addEventListener(event, listener);
  return () => {
    for (const event of ['online', 'offline']) window.removeEventListener(event, listener);
  };
}
