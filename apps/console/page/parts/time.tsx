/** Times and ages: local time to read, ISO 8601 UTC behind it. */
import { useNow } from '../reading/clock.ts';
import { ageText, timeText } from '../words/numbers.ts';

export function Time({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} title={at} className="number">
      {timeText(at)}
    </time>
  );
}

export function Age({ at }: { readonly at: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={at} className="number">
      {ageText(now - Date.parse(at))}
    </time>
  );
}
