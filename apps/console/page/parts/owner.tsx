/** Who owns: the monolith or a service, by word and by colour; never by colour alone. */

export type OwnerSide = 'monolith' | 'service' | 'moving' | 'waiting';

export function OwnerBadge({ side, text }: { readonly side: OwnerSide; readonly text: string }) {
  return <span className={`owner ${side}`}>{text}</span>;
}
