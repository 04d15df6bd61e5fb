/** The HTML in which a person reads mails: the list, and one of them. Works without scripts. */
import { escape, page } from '../page.ts';
import type { Mail, MailSummary } from './mailbox.ts';

/** The page shows the newest so many; all are in the list for programs. */
const shownMax = 200;

const style = `.mails{max-height:none;margin:0 -1rem}.mails a span{min-width:0}.mails b,.mails small{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.mails time{margin-left:auto;flex:none;font-size:.8rem;color:#52615b}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;line-height:1.6;margin:1.25rem 0}
form.search{display:flex;gap:.5rem;margin:1rem 0}form.search input{flex:1}form.search button{margin:0}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem;margin:1rem 0 0;font-size:.9rem}
dt{color:#52615b}dd{margin:0;overflow-wrap:anywhere}pre.source{font:.8rem/1.45 ui-monospace,monospace;padding:1rem;background:#eef1f0;border-radius:8px}
@media(prefers-color-scheme:dark){.mails time,dt{color:#9db3a9}pre.source{background:#111a17}}`;

export function listPage(mails: readonly MailSummary[], to: string | undefined): string {
  const rows = mails.slice(0, shownMax).map(row).join('');
  const count = `${mails.length} ${mails.length === 1 ? 'mail' : 'mails'}`;
  return page(
    'Mails',
    `<h1>Mails</h1><p>${count}${to ? ` to <b>${escape(to)}</b>` : ''}; none of them has left this machine.</p>
<form class="search" role="search"><input name="to" type="search" aria-label="Recipient" placeholder="recipient" value="${escape(to ?? '')}"><button>Show</button></form>
<ul class="mails">${rows}</ul><p class="foot"><span>A local stand-in for a mail server.</span></p>`,
    style,
  );
}

function row({ id, to, subject, receivedAt }: MailSummary): string {
  const time = `<time datetime="${receivedAt}">${receivedAt.slice(11, 19)}</time>`;
  return `<li><a href="/mail/${id}"><span><b>${escape(subject || '(no subject)')}</b><small>${escape(to.join(', '))}</small></span>${time}</a></li>`;
}

export function mailPage(mail: Mail): string {
  return page(
    mail.subject,
    `<h1>${escape(mail.subject || '(no subject)')}</h1>
<dl><dt>From</dt><dd>${escape(mail.from)}</dd><dt>To</dt><dd>${escape(mail.to.join(', '))}</dd><dt>Received</dt><dd>${mail.receivedAt}</dd></dl>
<pre>${withLinks(mail.text)}</pre><details><summary>As it came</summary><pre class="source">${escape(mail.source)}</pre></details>
<p class="foot"><a href="/">All mails</a><a href="/?to=${encodeURIComponent(mail.to[0] ?? '')}">All to this recipient</a></p>`,
    style,
  );
}

/** Addresses in the text can be followed. */
function withLinks(text: string): string {
  const parts = text.split(/(https?:\/\/[^\s<>"]+)/);
  return parts.map((part, index) => (index % 2 === 0 ? escape(part) : `<a href="${escape(part)}">${escape(part)}</a>`)).join('');
}
