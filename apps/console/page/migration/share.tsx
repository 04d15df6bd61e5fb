/** How many users a canary has: as a bar and as a number. */

export function Share({ percent }: { readonly percent: number }) {
  return (
    <p className="share">
      <progress max={100} value={percent} aria-label="Share of users answered by the service" /> {percent} % of users
    </p>
  );
}
