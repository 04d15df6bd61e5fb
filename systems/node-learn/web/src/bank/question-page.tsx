/** One question to read, with its answer when it is asked for. */
import { api } from '../api/api.ts';
import { Page } from '../frame/page.tsx';
import { Shown } from '../loading/shown.tsx';
import { useLoaded } from '../loading/use-loaded.ts';
import { Link } from '../navigation/link.tsx';
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
