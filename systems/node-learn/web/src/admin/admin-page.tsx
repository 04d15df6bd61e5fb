/** The whole bank for those who keep it, inactive questions included. */
import { Link } from '@banyan/web/link';
import { changeQuery, useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { AdminQuestion } from '../api/routes.ts';
import { FilterSelect } from '../bank/filter-select.tsx';
import { PageTurner } from '../bank/page-turner.tsx';
import { counted, difficultyLabels, typeLabels } from '../frame/labels.ts';
import { Tags } from '../frame/tags.tsx';
import { plainText } from '../text/rich-text.tsx';
import { AdminPlaces } from './admin-places.tsx';

const perPage = 20;

export function AdminPage() {
  const query = useQuery();
  const loaded = useLoaded('bank', (options) => api.ask('admin.questions', options));
  const create = (
    <Link className="button button-main" href="/admin/questions/new">
      New question
    </Link>
  );
  return (
    <Page title="Question bank" actions={create}>
      <AdminPlaces />
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <div className="field grow">
          <label htmlFor="words">Number, words or topic</label>
          <input
            id="words"
            type="search"
            value={query.get('words') ?? ''}
            onChange={(event) => changeQuery({ words: event.target.value, page: '' })}
          />
        </div>
        <FilterSelect name="type" label="Kind" query={query} options={Object.entries(typeLabels)} />
        <FilterSelect name="difficulty" label="Difficulty" query={query} options={Object.entries(difficultyLabels)} />
      </form>
      <Shown loaded={loaded} what="the bank">
        {(questions) => <Listed questions={matching(questions, query)} page={Number(query.get('page') ?? 1)} />}
      </Shown>
    </Page>
  );
}

function matching(questions: readonly AdminQuestion[], query: URLSearchParams): AdminQuestion[] {
  const words = (query.get('words') ?? '').trim().toLowerCase();
  const [type, difficulty] = [query.get('type') ?? '', query.get('difficulty') ?? ''];
  return questions
    .filter((question) => type === '' || question.questionType === type)
    .filter((question) => difficulty === '' || question.difficulty === difficulty)
    .filter(
      (question) =>
        words === '' || String(question.id) === words || `${plainText(question.question)} ${question.topic}`.toLowerCase().includes(words),
    );
}

function Listed({ questions, page }: { readonly questions: readonly AdminQuestion[]; readonly page: number }) {
  const pages = Math.max(1, Math.ceil(questions.length / perPage));
  const current = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
  return (
    <>
      <p className="quiet" role="status">
        {counted(questions.length, 'question')}
      </p>
      <ul className="rows">
        {questions.slice((current - 1) * perPage, current * perPage).map((question) => (
          <li key={question.id}>
            <article className={`row ${question.isActive ? '' : 'row-inactive'}`}>
              <h2>
                <span className="row-number">{question.id}</span>{' '}
                <Link href={`/admin/questions/${question.id}`}>{plainText(question.question)}</Link>
              </h2>
              <Tags {...question} />
              {!question.isActive && <p className="quiet">Hidden from lists</p>}
            </article>
          </li>
        ))}
      </ul>
      <PageTurner current={current} pages={pages} />
    </>
  );
}
