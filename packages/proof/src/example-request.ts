// The request that a contract gives as its example.
import type { EndpointContract } from '@banyan/contract';
import type { ZodType } from 'zod';
import { ProofError } from './errors.ts';

export interface ExampleRequest {
  readonly params: Readonly<Record<string, string>>;
  /** Undefined when the endpoint takes none. */
  readonly body: unknown;
}

/** From `examples` in the metadata of the schemas. Throws PROOF_CONTRACT when a parameter or a body has none, or one that its own schema refuses. */
export function exampleOf({ name, request = {} }: EndpointContract): ExampleRequest {
  const params = Object.entries(request.params?.shape ?? {}).map(([field, schema]) => [
    field,
    String(firstExample(schema as ZodType, `${name}, parameter ${field}`)),
  ]);
  return { params: Object.fromEntries(params), body: request.body === undefined ? undefined : firstExample(request.body, `${name}, body`) };
}

/** The path with its parameters filled in, percent-encoded. */
export function pathWith(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/:(\w+)/g, (_whole, name: string) => encodeURIComponent(params[name] ?? ''));
}

function firstExample(schema: ZodType, where: string): unknown {
  const { examples } = (schema.meta() ?? {}) as { examples?: unknown };
  const example: unknown = Array.isArray(examples) ? examples[0] : undefined;
  if (example === undefined) throw new ProofError('PROOF_CONTRACT', `${where}: its schema has no example.`);
  const parsed = schema.safeParse(example);
  if (parsed.success) return example;
  throw new ProofError('PROOF_CONTRACT', `${where}: its own schema refuses the example ${JSON.stringify(example)}.`);
}
