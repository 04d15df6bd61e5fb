/** Who one is, and what one does with that, behind a button; closes by itself when one goes elsewhere. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { Initials } from './initials.tsx';
import { usePath } from './location.ts';

interface Props {
  readonly name: string;
  /** Links and buttons with the class `menu-item`, and whatever else belongs to somebody. */
  readonly children: ReactNode;
}

export function AccountMenu({ name, children }: Props) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
  const path = usePath();
  const close = () => {
    if (menu.current?.matches(':popover-open') === true) menu.current.hidePopover();
  };
  useEffect(close, [path]);
  return (
    <>
      <button type="button" className="account" popoverTarget={id} aria-label={`Account of ${name}`}>
        <Initials name={name} />
      </button>
      <div
        id={id}
        ref={menu}
        popover="auto"
        className="menu"
        role="group"
        aria-label="Account"
        onClick={({ target }) => {
          if (target instanceof Element && target.closest('a') !== null) close();
        }}
      >
        {children}
      </div>
    </>
  );
}
