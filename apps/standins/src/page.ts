/** What the pages of all stand-ins look like. Works without scripts. */

const style = `*{box-sizing:border-box}body{margin:0;min-height:100vh;display:grid;place-items:center;background:#eef1f0;color:#1d2b26;font:16px/1.45 system-ui,sans-serif}
main{width:min(30rem,calc(100vw - 2rem));margin:2rem 0;padding:2rem;background:#fff;border:1px solid #d9dfdc;border-radius:14px;box-shadow:0 8px 30px #1d2b2612}
h1{margin:0;font-size:1.5rem}h1+p{margin:.25rem 0 1.25rem;color:#52615b}ul{list-style:none;margin:0 -1rem;padding:0;max-height:52vh;overflow:auto;border-top:1px solid #e6ebe8}
li a{display:flex;gap:.9rem;align-items:center;padding:.6rem 1rem;border-bottom:1px solid #e6ebe8;color:inherit;text-decoration:none}li a:hover,li a:focus{background:#f1f7f4}
li img,li i{flex:none;width:40px;height:40px;border-radius:50%;background:#c4cfca}li b,li small{display:block;font-weight:600}li small{font-weight:400;color:#52615b}
li em{margin-left:auto;padding:.1rem .5rem;border-radius:99px;background:#fff3d6;color:#7a5200;font-size:.75rem;font-style:normal;white-space:nowrap}
details{margin-top:1rem}summary{cursor:pointer;color:#0b6b4f;font-weight:600}label{display:block;margin:.5rem 0;font-size:.85rem}input{display:block;width:100%;padding:.5rem;border:1px solid #b9c4bf;border-radius:8px;font:inherit}
button{margin-top:.5rem;padding:.55rem 1.2rem;border:0;border-radius:8px;background:#0b6b4f;color:#fff;font:inherit;font-weight:600}.foot{display:flex;justify-content:space-between;gap:1rem;margin:1.25rem 0 0;font-size:.8rem;color:#52615b}
a{color:#0b6b4f}@media(prefers-color-scheme:dark){body{background:#111a17;color:#e5efea}main{background:#1a2622;border-color:#2c3b35}ul,li a{border-color:#2c3b35}li a:hover,li a:focus{background:#22312b}h1+p,li small,.foot{color:#9db3a9}input{background:#111a17;color:inherit;border-color:#3c4d46}a,summary{color:#6fd3ae}}`;

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page. @param more styles of this page alone */
export function page(title: string, body: string, more = ''): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(title)}</title><style>${style}${more}</style></head>
<body><main>${body}</main></body></html>
`;
}
