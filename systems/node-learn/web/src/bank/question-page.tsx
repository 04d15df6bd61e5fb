/** One question to read, with its answer when it is asked for. */
import { Link } from '@banyan/web/link';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import { ReadQuestion } from './read-question.tsx';

export function QuestionPage({ id }: { readonly id: string }) {
  const loaded = useLoaded(id, (options) => api.ask('questions.find', { ...options, params: { id } }));
  return (
    <Page
      title={`Question ${id}`}
      actions={
        <Link className="button" href="/questions">
          All questions
        </Link>
      }
    >
      <Shown loaded={loaded} what="the question">
        {(question) => <ReadQuestion question={question} />}
      </Shown>
    </Page>
  );
}
