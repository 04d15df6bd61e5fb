/** A new password, given twice. */
import { Field } from '@banyan/web/field';
import { useState } from 'react';

export interface NewPassword {
  readonly first: string;
  readonly second: string;
  readonly set: (change: { readonly first?: string; readonly second?: string }) => void;
  /** The two differ, and this has been noticed when they were to be used. */
  readonly isMistyped: boolean;
  /** Undefined, and then noticed, when they differ. */
  readonly take: () => string | undefined;
  readonly clear: () => void;
}

const empty = { first: '', second: '', isMistyped: false };

export function useNewPassword(): NewPassword {
  const [typed, setTyped] = useState(empty);
  const { first, second } = typed;
  return {
    ...typed,
    set: (change) => setTyped({ ...typed, isMistyped: false, ...change }),
    take: () => {
      setTyped({ ...typed, isMistyped: first !== second });
      return first === second ? first : undefined;
    },
    clear: () => setTyped(empty),
  };
}

export function NewPasswordFields({ password }: { readonly password: NewPassword }) {
  const { first, second, isMistyped, set } = password;
  return (
    <>
      <Field
        label="New password"
        type="password"
        autoComplete="new-password"
        hint="At least 6 characters."
        required
        minLength={6}
        value={first}
        onValue={(value) => set({ first: value })}
      />
      <Field
        label="New password again"
        type="password"
        autoComplete="new-password"
        required
        aria-invalid={isMistyped}
        value={second}
        onValue={(value) => set({ second: value })}
      />
      {isMistyped && (
        <p className="note note-bad" role="alert">
          The two passwords differ.
        </p>
      )}
    </>
  );
}
