/** What the console hands on: questions to the controller that only read, each with the parameters it may carry. Nothing else passes. */

interface Question {
  readonly path: RegExp;
  readonly parameters: readonly string[];
}

const questions: readonly Question[] = [
  { path: /^\/v1\/state$/, parameters: [] },
  { path: /^\/v1\/evidence$/, parameters: ['extraction', 'kind', 'limit'] },
  { path: /^\/v1\/audit$/, parameters: ['limit'] },
  { path: /^\/v1\/mismatches$/, parameters: ['extraction'] },
  { path: /^\/v1\/trace$/, parameters: ['correlation'] },
  { path: /^\/v1\/sagas$/, parameters: ['name', 'state', 'limit'] },
  { path: /^\/v1\/sagas\/[\da-f-]{36}$/i, parameters: [] },
  { path: /^\/v1\/dead-letters$/, parameters: ['service', 'group', 'type', 'error', 'limit'] },
];

/** The path and query for the controller; undefined when the list has no such question. Unknown parameters are left out. */
export function handedOn(path: string, query: URLSearchParams): string | undefined {
  const question = questions.find((it) => it.path.test(path));
  if (question === undefined) return undefined;
  const kept = new URLSearchParams();
  for (const name of question.parameters) {
    const value = query.get(name);
    if (value !== null) kept.set(name, value);
  }
  return kept.size === 0 ? path : `${path}?${kept.toString()}`;
}
