/** A link within the page; a click with a key held, or another button, stays the browser's. */
import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { goTo, usePath } from './location.ts';

type Props = AnchorHTMLAttributes<HTMLAnchorElement> & { readonly href: string };

export function Link({ href, onClick, ...rest }: Props) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(href);
  };
  return <a href={href} onClick={follow} {...rest} />;
}

/** Says to eyes and ears when it leads to where one is. */
export function NavigationLink({ href, ...rest }: Props) {
  const path = usePath();
  const isHere = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
  return <Link href={href} aria-current={isHere ? 'page' : undefined} {...rest} />;
}
