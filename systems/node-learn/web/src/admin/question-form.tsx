/** The form of one question; what is typed survives a failure, a click elsewhere and a reload. */
import { type AskFailure, toAskFailure } from '@banyan/web/failure';
import { goTo } from '@banyan/web/location';
import { type FormEvent, useState } from 'react';
import { api } from '../api/api.ts';
import type { AdminQuestion } from '../api/routes.ts';
import { difficultyLabels, typeLabels } from '../frame/labels.ts';
import { ChoicesField } from './choices-field.tsx';
import { DeleteQuestion } from './delete-question.tsx';
import { TextField } from './text-field.tsx';
import { useKeptDraft } from './kept-draft.ts';
import { bodyOf, problemsOf, type QuestionDraft } from './question-draft.ts';
import { WriteFailureNote } from './write-failure-note.tsx';

interface Props {
  readonly id: string;
  readonly stored: QuestionDraft;
  readonly topics: readonly string[];
}

export function QuestionForm({ id, stored, topics }: Props) {
  const kept = useKeptDraft(id, stored);
  const { draft } = kept;
  const saving = useSaving(id, draft, kept.forget);
  const change = (part: Partial<QuestionDraft>) => {
    saving.reset();
    kept.change({ ...draft, ...part });
  };
  const isText = draft.questionType === 'text_input';
  return (
    <form className="card editor" onSubmit={saving.save} noValidate>
      {kept.isRestored && (
        <div className="note note-warn">
          <p>This is what you typed earlier and did not save.</p>
          <button type="button" onClick={kept.discard}>
            Back to what is stored
          </button>
        </div>
      )}
      <KindFields draft={draft} topics={topics} change={change} />
      <TextField
        label="Question"
        hint="HTML: p, code, pre, strong, em, ul, ol"
        value={draft.question}
        rows={4}
        isRequired
        hasPreview
        onChange={(question) => change({ question })}
      />
      <TextField
        label="Wording in quizzes"
        hint="Empty: as above"
        value={draft.quiz}
        rows={2}
        hasPreview
        onChange={(quiz) => change({ quiz })}
      />
      <TextField label="Long answer" hint="HTML" value={draft.answer} rows={5} hasPreview onChange={(answer) => change({ answer })} />
      {isText ? (
        <TextField
          label="Expected words"
          hint="One per line"
          value={draft.keywords}
          rows={3}
          isRequired
          onChange={(keywords) => change({ keywords })}
        />
      ) : (
        <ChoicesField
          isSingle={draft.questionType === 'single_choice'}
          choices={draft.choices}
          onChange={(choices) => change({ choices })}
        />
      )}
      <label className="check">
        <input type="checkbox" checked={draft.isActive} onChange={(event) => change({ isActive: event.target.checked })} /> Shown in lists
        and quizzes
      </label>
      {saving.problems.length > 0 && (
        <ul className="note note-bad" role="alert">
          {saving.problems.map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      {saving.failure !== undefined && <WriteFailureNote failure={saving.failure} />}
      {saving.isSaved && (
        <p className="note note-good" role="status">
          Saved.
        </p>
      )}
      <div className="actions">
        <button type="submit" className="button-main" disabled={saving.isSaving}>
          {saving.isSaving ? 'Saving …' : id === 'new' ? 'Create question' : 'Save changes'}
        </button>
        {id !== 'new' && <DeleteQuestion id={id} onDeleted={kept.forget} />}
      </div>
    </form>
  );
}

interface KindProps {
  readonly draft: QuestionDraft;
  readonly topics: readonly string[];
  readonly change: (part: Partial<QuestionDraft>) => void;
}

function KindFields({ draft, topics, change }: KindProps) {
  return (
    <div className="field-row">
      <div className="field">
        <label htmlFor="kind">Kind</label>
        <select
          id="kind"
          value={draft.questionType}
          onChange={(event) => change({ questionType: event.target.value as AdminQuestion['questionType'] })}
        >
          {Object.entries(typeLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <div className="field">
        <label htmlFor="level">Difficulty</label>
        <select
          id="level"
          value={draft.difficulty}
          onChange={(event) => change({ difficulty: event.target.value as AdminQuestion['difficulty'] })}
        >
          {Object.entries(difficultyLabels).map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <div className="field grow">
        <label htmlFor="topic">Topic</label>
        <input id="topic" list="topics" value={draft.topic} onChange={(event) => change({ topic: event.target.value })} required />
        <datalist id="topics">
          {topics.map((topic) => (
            <option key={topic} value={topic} />
          ))}
        </datalist>
      </div>
      <label className="check">
        <input type="checkbox" checked={draft.practical} onChange={(event) => change({ practical: event.target.checked })} /> About code
      </label>
    </div>
  );
}

function useSaving(id: string, draft: QuestionDraft, forget: () => void) {
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<AskFailure>();
  const [phase, setPhase] = useState<'editing' | 'saving' | 'saved'>('editing');
  const save = async (): Promise<void> => {
    const found = problemsOf(draft);
    setProblems(found);
    setFailure(undefined);
    if (found.length > 0) return;
    setPhase('saving');
    try {
      const body = bodyOf(draft);
      const saved =
        id === 'new' ? await api.ask('admin.create-question', { body }) : await api.ask('admin.update-question', { params: { id }, body });
      forget();
      setPhase('saved');
      if (id === 'new') goTo(`/admin/questions/${saved.id}`, 'replace');
    } catch (error) {
      setPhase('editing');
      setFailure(toAskFailure(error));
    }
  };
  return {
    problems,
    failure,
    isSaving: phase === 'saving',
    isSaved: phase === 'saved',
    reset: () => setPhase('editing'),
    save: (event: FormEvent) => {
      event.preventDefault();
      if (phase !== 'saving') void save();
    },
  };
}
