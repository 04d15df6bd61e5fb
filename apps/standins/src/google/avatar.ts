/** Draws a portrait as SVG: the same id always gets the same colours, so that people are told apart at a glance. */
import { createHash } from 'node:crypto';

/** An SVG of 96 x 96 with up to two initials; ids that nobody has get one too (of seeded users, for instance). */
export function drawAvatar(id: string, initials: string): string {
  const digest = createHash('sha256').update(id).digest();
  const hue = digest.readUInt16BE(0) % 360;
  const tilt = (digest[2] ?? 0) % 90;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="96" height="96" viewBox="0 0 96 96">' +
    `<defs><linearGradient id="g" gradientTransform="rotate(${tilt})"><stop stop-color="hsl(${hue} 62% 46%)"/>` +
    `<stop offset="1" stop-color="hsl(${(hue + 48) % 360} 66% 34%)"/></linearGradient></defs>` +
    '<rect width="96" height="96" rx="48" fill="url(#g)"/>' +
    (initials === '' ? '<circle cx="48" cy="38" r="16" fill="#fff"/><path d="M16 84a32 28 0 0 1 64 0z" fill="#fff"/>' : letters(initials)) +
    '</svg>'
  );
}

function letters(initials: string): string {
  const style = 'fill="#fff" font-family="system-ui,sans-serif" font-size="36" font-weight="600"';
  return `<text x="48" y="61" text-anchor="middle" ${style}>${initials.replace(/[<>&"']/g, '')}</text>`;
}
