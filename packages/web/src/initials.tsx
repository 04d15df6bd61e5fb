/** Who one is, as two letters, with the name where there is room for it. */

export function Initials({ name }: { readonly name: string }) {
  const letters = name.split(/\s+/).map((word) => word.charAt(0));
  return (
    <>
      <span className="initials" aria-hidden="true">
        {letters.at(0)}
        {letters.length > 1 && letters.at(-1)}
      </span>
      <span className="account-name">{name}</span>
    </>
  );
}
