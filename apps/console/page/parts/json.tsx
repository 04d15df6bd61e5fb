/** Something of any shape, folded away until somebody wants to read it. */

export function Json({ summary, value }: { readonly summary: string; readonly value: unknown }) {
  return (
    <details className="json">
      <summary>{summary}</summary>
      <pre tabIndex={0} aria-label={summary}>
        {typeof value === 'string' ? value : JSON.stringify(value, null, 2)}
      </pre>
    </details>
  );
}
