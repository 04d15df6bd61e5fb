/** The question bank: the server filters by kind and difficulty, the page by topic and words, and turns its own pages. */
import { Link } from '@banyan/web/link';
import { changeQuery, useQuery } from '@banyan/web/location';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { api } from '../api/api.ts';
import type { Question } from '../api/routes.ts';
import { counted, difficultyLabels, typeLabels } from '../frame/labels.ts';
import { Tags } from '../frame/tags.tsx';
import { plainText } from '../text/rich-text.tsx';
import { FilterSelect } from './filter-select.tsx';
import { PageTurner } from './page-turner.tsx';

const perPage = 12;

export function BankPage() {
  const query = useQuery();
  const filters = {
    questionType: query.get('type') ?? '',
    difficulty: query.get('difficulty') ?? '',
    practical: query.get('practical') ?? '',
  };
  const loaded = useLoaded(JSON.stringify(filters), (options) => api.ask('questions.list', { ...options, query: filters }));
  const all = loaded.state === 'ready' ? loaded.value : [];
  const topics = [...new Set(all.map(({ topic }) => topic))].sort();
  return (
    <Page title="Questions" lead="Read them in peace; answers are one click away.">
      <form className="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <div className="field grow">
          <label htmlFor="words">Words</label>
          <input
            id="words"
            type="search"
            value={query.get('words') ?? ''}
            onChange={(event) => changeQuery({ words: event.target.value, page: '' })}
          />
        </div>
        <FilterSelect name="type" label="Kind" query={query} options={Object.entries(typeLabels)} />
        <FilterSelect name="difficulty" label="Difficulty" query={query} options={Object.entries(difficultyLabels)} />
        <FilterSelect
          name="practical"
          label="About"
          query={query}
          options={[
            ['true', 'Code'],
            ['false', 'Theory'],
          ]}
        />
        <FilterSelect name="topic" label="Topic" query={query} options={topics.map((topic) => [topic, topic])} />
      </form>
      <Shown loaded={loaded} what="the questions">
        {(questions) => <Found questions={matching(questions, query)} page={Number(query.get('page') ?? 1)} />}
      </Shown>
    </Page>
  );
}

function matching(questions: readonly Question[], query: URLSearchParams): Question[] {
  const words = (query.get('words') ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const topic = query.get('topic') ?? '';
  return questions
    .filter((question) => topic === '' || question.topic === topic)
    .filter((question) => {
      if (words.length === 0) return true;
      const text = `${plainText(question.question)} ${question.topic}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => one.id - other.id);
}

function Found({ questions, page }: { readonly questions: readonly Question[]; readonly page: number }) {
  const pages = Math.max(1, Math.ceil(questions.length / perPage));
  const current = Math.min(Math.max(1, Math.trunc(page) || 1), pages);
  const first = (current - 1) * perPage;
  return (
    <>
      <p className="quiet" role="status">
        {questions.length === 0 ? 'No question is like this. Take a filter away.' : counted(questions.length, 'question')}
      </p>
      <ol className="rows" start={first + 1}>
        {questions.slice(first, first + perPage).map((question) => (
          <li key={question.id}>
            <article className="row">
              <h2>
                <Link href={`/questions/${question.id}`}>{plainText(question.question)}</Link>
              </h2>
              <Tags {...question} />
            </article>
          </li>
        ))}
      </ol>
      <PageTurner current={current} pages={pages} />
    </>
  );
}
