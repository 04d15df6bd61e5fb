/** One question after the other, in any order; none of the last ten comes again while there are others. */
import type { AskOptions } from '@banyan/web/ask';
import { Page } from '@banyan/web/page';
import { Shown } from '@banyan/web/shown';
import { useLoaded } from '@banyan/web/use-loaded';
import { useState } from 'react';
import { api } from '../api/api.ts';
import { ReadQuestion } from './read-question.tsx';

const rememberedMax = 10;
const triesMax = 5;
const remembered: number[] = [];

export function LearnPage() {
  const [round, setRound] = useState(0);
  const loaded = useLoaded(String(round), drawQuestion);
  return (
    <Page
      title="Learn"
      lead="A question at random. Think first, then look."
      actions={
        <button type="button" className="button-main" onClick={() => setRound(round + 1)}>
          Another one
        </button>
      }
    >
      <Shown loaded={loaded} what="a question">
        {(question) => <ReadQuestion key={question.id} question={question} />}
      </Shown>
    </Page>
  );
}

async function drawQuestion(options: AskOptions) {
  let drawn = await api.ask('questions.random', options);
  for (let tries = 1; tries < triesMax && remembered.includes(drawn.id); tries += 1) drawn = await api.ask('questions.random', options);
  remembered.push(drawn.id);
  if (remembered.length > rememberedMax) remembered.shift();
  return drawn;
}
