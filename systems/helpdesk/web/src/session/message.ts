/** What the log-in page has to say because of what happened on another one. */
import { createStore } from '@banyan/web/store';
import { useSyncExternalStore } from 'react';

const message = createStore<string | undefined>(undefined);

export function leaveMessage(text: string): void {
  message.set(text);
}

export function forgetMessage(): void {
  message.set(undefined);
}

export function useMessage(): string | undefined {
  return useSyncExternalStore(message.subscribe, message.get);
}
