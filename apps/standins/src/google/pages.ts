/** The HTML a person sees: choosing an account, and what is wrong with a request. Works without scripts. */
import { escape, page } from '../page.ts';
import { fullName, type Person } from './people.ts';

/** The account chooser. `links` leads to the answer for a person, or, without one, to "cancelled". */
export function chooserPage(
  people: readonly Person[],
  application: string,
  links: (person: Person | undefined) => string,
  hidden: URLSearchParams,
): string {
  const rows = people.map((person) => row(person, links(person))).join('');
  const inputs = [...hidden].map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`).join('');
  return page(
    'Choose an account',
    `<h1>Choose an account</h1><p>to continue to <b>${escape(application)}</b></p><ul>${rows}</ul>
<details><summary>Use another account</summary><form method="post"><p>Nobody is asked for a password here: the account is made up on the spot.</p>${inputs}
<label>Given name<input name="givenName" required maxlength="100" autocomplete="off"></label>
<label>Family name<input name="familyName" maxlength="100" autocomplete="off"></label>
<label>E-mail<input name="email" type="email" required maxlength="200" autocomplete="off"></label><button>Continue</button></form></details>
<p class="foot"><a href="${escape(links(undefined))}">Cancel</a><span>A local stand-in for Google. These people are invented.</span></p>`,
  );
}

/** What the authorise endpoint shows instead of redirecting when the request itself cannot be trusted. */
export function errorPage(code: string, explanation: string): string {
  return page('Error', `<h1>Access blocked</h1><p>${escape(explanation)}</p><p class="foot"><span>Error 400: ${escape(code)}</span></p>`);
}

function row(person: Person, link: string): string {
  const marks = [
    ...(person.hasPhoto ? [] : ['no photo']),
    ...(person.familyName === null ? ['no family name'] : []),
    ...(person.consents ? [] : ['refuses consent']),
  ];
  const portrait = person.hasPhoto ? `<img alt="" width="40" height="40" src="/avatars/${encodeURIComponent(person.id)}.svg">` : '<i></i>';
  const note = marks.length === 0 ? '' : `<em>${marks.join(', ')}</em>`;
  return `<li><a href="${escape(link)}">${portrait}<span><b>${escape(fullName(person))}</b><small>${escape(person.email)}</small></span>${note}</a></li>`;
}
