/** Turns the pages of a list that the server gives whole. */
import { changeQuery } from '@banyan/web/location';

export function PageTurner({ current, pages }: { readonly current: number; readonly pages: number }) {
  if (pages === 1) return null;
  const turn = (page: number) => {
    changeQuery({ page: page === 1 ? '' : String(page) });
    window.scrollTo(0, 0);
  };
  return (
    <nav className="page-turner" aria-label="Pages">
      <button type="button" disabled={current === 1} onClick={() => turn(current - 1)}>
        Previous
      </button>
      <span aria-live="polite">
        Page {current} of {pages}
      </span>
      <button type="button" disabled={current === pages} onClick={() => turn(current + 1)}>
        Next
      </button>
    </nav>
  );
}
