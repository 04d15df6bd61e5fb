/** Shorthand for writing down operations. */

interface Operation {
  readonly tag: string;
  readonly summary: string;
  readonly parameters?: readonly object[];
  readonly body?: string;
  readonly responses: Readonly<Record<string, object>>;
  readonly secured?: boolean;
}

export function operation({ tag, summary, parameters, body, responses, secured }: Operation): object {
  return {
    summary,
    parameters: parameters ?? [],
    ...(body !== undefined && { requestBody: { required: true, content: json(reference(body)) } }),
    responses,
    tags: [tag],
    ...(secured && { security: [{ bearer: [] }] }),
  };
}

export function inPath(name: string): object {
  return { name, required: true, in: 'path', schema: { type: 'number' } };
}

export function inQuery(name: string, values?: readonly string[]): object {
  return { name, required: false, in: 'query', schema: { type: 'string', ...(values && { enum: values }) } };
}

export function said(description: string): object {
  return { description };
}

export function answered(description: string, schema: string): object {
  return { description, content: json(reference(schema)) };
}

export function listed(description: string, schema: string): object {
  return { description, content: json({ type: 'array', items: reference(schema) }) };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

function reference(schema: string): object {
  return { $ref: `#/components/schemas/${schema}` };
}
