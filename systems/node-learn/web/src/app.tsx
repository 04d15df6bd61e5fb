/** Which screen belongs to which address. */
import type { ReactNode } from 'react';
import { AdminPage } from './admin/admin-page.tsx';
import { EditorPage } from './admin/editor-page.tsx';
import { ForAdministrators } from './admin/for-administrators.tsx';
import { UsersPage } from './admin/users-page.tsx';
import { BadgesPage } from './badges/badges-page.tsx';
import { BankPage } from './bank/bank-page.tsx';
import { LearnPage } from './bank/learn-page.tsx';
import { QuestionPage } from './bank/question-page.tsx';
import { BoardsPage } from './boards/boards-page.tsx';
import { Frame } from './frame/frame.tsx';
import { Page } from './frame/page.tsx';
import { Link } from './navigation/link.tsx';
import { usePath } from './navigation/location.ts';
import { matchPath } from './navigation/match-path.ts';
import { ProfilePage } from './profile/profile-page.tsx';
import { ModesPage } from './quiz/modes-page.tsx';
import { RunPage } from './quiz/run-page.tsx';
import { CallbackPage } from './session/callback-page.tsx';
import { SignInPage } from './session/sign-in-page.tsx';
import { StartPage } from './start/start-page.tsx';

type Screen = (params: Readonly<Record<string, string>>) => ReactNode;

const screens: readonly (readonly [pattern: string, screen: Screen])[] = [
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
  const path = usePath();
  for (const [pattern, screen] of screens) {
    const params = matchPath(pattern, path);
    if (params !== undefined) return <Frame>{screen(params)}</Frame>;
  }
  return (
    <Frame>
      <Page title="Nothing here" lead="This address leads nowhere.">
        <Link className="button button-main" href="/">
          To the start
        </Link>
      </Page>
    </Frame>
  );
}
