// Somebody at the web client: what a person does and sees there.
import { PageVisitor } from '@banyan/proof/page-visitor';
import { type Locator, type Route } from 'playwright-core';
import { type Person } from '../stage.ts';

type Credentials = Pick<Person, 'email' | 'password'>;

export class Visitor extends PageVisitor {
  /** @param lands the heading of where one begins */
  async logsIn(person: Credentials, lands: string = 'My Tickets'): Promise<void> {
    await this.open('/login');
    await this.fillsIn(person);
    await this.sees(lands);
  }

  async fillsIn({ email, password }: Credentials): Promise<void> {
    await this.page.getByLabel('E-mail').fill(email);
    await this.page.getByLabel('Password', { exact: true }).fill(password);
    await this.button('Log in').click();
  }

  async opensMenu(): Promise<Locator> {
    await this.button(/^Account of /).click();
    return this.page.getByRole('group', { name: 'Account', exact: true });
  }

  async logsOut(): Promise<void> {
    await (await this.opensMenu()).getByRole('button', { name: 'Logout' }).click();
    await this.sees('Log in');
  }

  /** A ticket in a list. */
  card(title: string): Locator {
    return this.page.getByRole('article').filter({ has: this.page.getByRole('heading', { name: title, exact: true }) });
  }

  row(text: string): Locator {
    return this.page.getByRole('row').filter({ hasText: text });
  }

  /** Through a link in the head of the page. */
  async goesBy(place: string, heading: string = place): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: place }).click();
    await this.sees(heading);
  }

  /** Whatever the page asks the API at this path is answered like this, as if the gateway did. */
  async answersAt(
    path: string,
    answer: (route: Route) => { readonly status: number; readonly message: string } | 'as ever',
  ): Promise<void> {
    await this.page.route(
      ({ origin, pathname }) => origin !== this.webUrl && pathname === path,
      (route) => {
        const given = answer(route);
        if (given === 'as ever') return route.continue();
        const { status, message } = given;
        const allowed = { 'access-control-allow-origin': this.webUrl, 'access-control-expose-headers': 'Retry-After' };
        const headers = status === 503 ? { ...allowed, 'retry-after': '1' } : allowed;
        return route.fulfill({ status, headers, json: { message, statusCode: status } });
      },
    );
  }
}
