/** Which screen belongs to which address, and who may see it. */
import { Link } from '@banyan/web/link';
import { usePath } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { screenAt, type Screens } from '@banyan/web/screens';
import { DashboardPage } from './dashboard/dashboard-page.tsx';
import { PageFrame } from './frame/page-frame.tsx';
import { UsersPage } from './people/users-page.tsx';
import { ChangePasswordPage } from './session/change-password-page.tsx';
import { ForgotPage } from './session/forgot-page.tsx';
import { ForAdministrators, ForSignedIn, ForStrangers, Home } from './session/guards.tsx';
import { LoginPage } from './session/login-page.tsx';
import { ResetPage } from './session/reset-page.tsx';
import { SignupPage } from './session/signup-page.tsx';
import { InboxPage } from './tickets/inbox-page.tsx';
import { TicketPage } from './tickets/ticket-page.tsx';
import { TicketsPage } from './tickets/tickets-page.tsx';

const screens: Screens = [
  ['/', () => <Home />],
  ['/signup', () => <SignupPage />],
  [
    '/login',
    () => (
      <ForStrangers>
        <LoginPage />
      </ForStrangers>
    ),
  ],
  ['/forgot-password', () => <ForgotPage />],
  ['/reset-password', () => <ResetPage />],
  ['/change-password', () => <ForSignedIn>{() => <ChangePasswordPage />}</ForSignedIn>],
  ['/dashboard', () => <ForAdministrators>{() => <DashboardPage />}</ForAdministrators>],
  ['/tickets', () => <ForSignedIn>{(user) => <TicketsPage user={user} />}</ForSignedIn>],
  ['/tickets/:id', ({ id = '' }) => <ForSignedIn>{(user) => <TicketPage key={id} id={id} user={user} />}</ForSignedIn>],
  ['/inbox', () => <ForSignedIn>{() => <InboxPage />}</ForSignedIn>],
  ['/admin/users', () => <ForAdministrators>{(user) => <UsersPage user={user} />}</ForAdministrators>],
];

export function App() {
  return <PageFrame>{screenAt(screens, usePath()) ?? <NothingHere />}</PageFrame>;
}

function NothingHere() {
  return (
    <Page title="Nothing here" lead="This address leads nowhere.">
      <Link className="button button-main" href="/">
        To the start
      </Link>
    </Page>
  );
}
