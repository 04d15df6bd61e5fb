/** Creates or edits one question. */
import type { AskOptions } from '@banyan/web/ask';
import { AskFailure } from '@banyan/web/failure';
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { draftOf, emptyDraft, type QuestionDraft } from './question-draft.ts';
import { QuestionForm } from './question-form.tsx';

interface Props {
  /** `new` for one that is not there yet. */
  readonly id: string;
}

export function EditorPage({ id }: Props) {
  const loaded = useLoaded(id, (options) => loadDraft(id, options));
  const back = (
    <Link className="button" href="/admin">
      Back to the bank
    </Link>
  );
  return (
    <Page title={id === 'new' ? 'New question' : `Edit question ${id}`} actions={back}>
      <Shown loaded={loaded} what="the question">
        {({ stored, topics }) => <QuestionForm id={id} stored={stored} topics={topics} />}
      </Shown>
    </Page>
  );
}

/** The bank has no route for one question with its answer beside all of it. */
async function loadDraft(id: string, options: AskOptions): Promise<{ readonly stored: QuestionDraft; readonly topics: readonly string[] }> {
  const bank = await api.ask('admin.questions', options);
  const topics = [...new Set(bank.map(({ topic }) => topic))].sort();
  if (id === 'new') return { stored: emptyDraft, topics };
  const question = bank.find((candidate) => String(candidate.id) === id);
  if (question === undefined) throw new AskFailure('missing');
  return { stored: draftOf(question), topics };
}
