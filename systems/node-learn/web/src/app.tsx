/** Which screen belongs to which address. */
import { Link } from '@banyan/web/link';
import { usePath } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { screenAt, type Screens } from '@banyan/web/screens';
import { AdminPage } from './admin/admin-page.tsx';
import { EditorPage } from './admin/editor-page.tsx';
import { ForAdministrators } from './admin/for-administrators.tsx';
import { UsersPage } from './admin/users-page.tsx';
import { BadgesPage } from './badges/badges-page.tsx';
import { BankPage } from './bank/bank-page.tsx';
import { LearnPage } from './bank/learn-page.tsx';
import { QuestionPage } from './bank/question-page.tsx';
import { BoardsPage } from './boards/boards-page.tsx';
import { PageFrame } from './frame/page-frame.tsx';
import { ProfilePage } from './profile/profile-page.tsx';
import { ModesPage } from './quiz/modes-page.tsx';
import { RunPage } from './quiz/run-page.tsx';
import { CallbackPage } from './session/callback-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { StartPage } from './start/start-page.tsx';

const screens: Screens = [
  ['/', () => <StartPage />],
  ['/learn', () => <LearnPage />],
  ['/questions', () => <BankPage />],
  ['/questions/:id', ({ id = '' }) => <QuestionPage id={id} />],
  ['/quiz', () => <ModesPage />],
  ['/quiz/:mode', ({ mode = '' }) => <RunPage key={mode} modeId={mode} />],
  ['/leaderboards', () => <BoardsPage />],
  ['/achievements', () => <BadgesPage />],
  ['/stats', () => <ProfilePage />],
  ['/login', () => <SignInPage />],
  ['/auth/callback', () => <CallbackPage />],
  ['/admin', () => <ForAdministrators>{() => <AdminPage />}</ForAdministrators>],
  ['/admin/users', () => <ForAdministrators>{() => <UsersPage />}</ForAdministrators>],
  ['/admin/questions/:id', ({ id = '' }) => <ForAdministrators>{() => <EditorPage key={id} id={id} />}</ForAdministrators>],
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
