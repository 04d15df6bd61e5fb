/** One filter of a list, kept in the address. */
import { changeQuery } from '@banyan/web/location';

interface Props {
  readonly name: string;
  readonly label: string;
  readonly query: URLSearchParams;
  readonly options: readonly (readonly [value: string, label: string])[];
}

export function FilterSelect({ name, label, query, options }: Props) {
  return (
    <div className="field">
      <label htmlFor={`filter-${name}`}>{label}</label>
      <select
        id={`filter-${name}`}
        value={query.get(name) ?? ''}
        onChange={(event) => changeQuery({ [name]: event.target.value, page: '' })}
      >
        <option value="">All</option>
        {options.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
    </div>
  );
}
