/** Who one is, and what one does with that, behind a button; closes by itself when one goes elsewhere. */
import { type ReactNode, useId, useRef } from 'react';
import { Initials } from './initials.tsx';

interface Props {
  readonly name: string;
  /** Links and buttons with the class `menu-item`, and whatever else belongs to somebody. */
  readonly children: ReactNode;
}

export function AccountMenu({ name, children }: Props) {
  const id = useId();
  const menu = useRef<HTMLDivElement>(null);
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
          if (target instanceof Element && target.closest('a') !== null) menu.current?.hidePopover();
        }}
      >
        {children}
      </div>
    </>
  );
}
