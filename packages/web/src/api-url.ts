/** Where the API of this page is, when it is not at the page's own origin. */

/** What `<meta name="api-url">` says, without a trailing slash: the address the page was built with, or the one its server was told. */
export function apiUrlOfPage(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="api-url"]');
  if (meta === null) throw new Error('index.html has no <meta name="api-url">.');
  return meta.content.replace(/\/$/, '');
}
