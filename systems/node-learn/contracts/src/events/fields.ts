/** Fields that several events share. */
import { z } from 'zod';
import { idSchema } from '../ids.ts';

export const id = idSchema;

export const time = () => z.iso.datetime();

/** How often a user got a question right and wrong, in absolute values: whoever applies the newest knows all. */
export const counts = {
  correctCount: z.int().min(0),
  incorrectCount: z.int().min(0),
  statVersion: z.int().min(1).meta({ description: 'Rises with every change of the counts, also across a reset' }),
  statsEpoch: z.iso.date().nullable().meta({ description: 'The last reset that had been applied to the user' }),
};

/** Ties what follows from an answer to it. */
export const ofAnswer = {
  answerEventId: z.uuid().meta({ description: 'The id of the `answer.submitted` it follows from' }),
  correlationId: z.string().min(1),
  userId: id(),
  questionId: id(),
};
