/** A point in time, as the browser's locale writes it. */

const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const minute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

interface Props {
  readonly iso: string;
  /** Default: to the minute. */
  readonly to?: 'day' | 'minute';
}

export function Moment({ iso, to = 'minute' }: Props) {
  const at = new Date(iso);
  return (
    <time dateTime={iso} title={minute.format(at)}>
      {(to === 'day' ? day : minute).format(at)}
    </time>
  );
}
