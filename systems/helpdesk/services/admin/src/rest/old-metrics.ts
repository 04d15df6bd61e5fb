/** The numbers of HTTP requests under the names that they had in the monolith as well, for dashboards that look for those. */

const name = 'http_server_request_duration_seconds';
const oldNames = {
  [name]: 'http_request_duration_seconds',
  http_request_method: 'method',
  http_route: 'route',
  http_response_status_code: 'status_code',
};

/** The text as Prometheus reads it, with a histogram and a counter more. */
export function withOldNames(text: string): string {
  const own = text.split('\n').filter((line) => line.replace(/^# (HELP|TYPE) /, '').startsWith(name));
  const histogram = own.map((line) => Object.entries(oldNames).reduce((renamed, [known, old]) => renamed.replace(known, old), line));
  const counts = histogram.filter((line) => line.startsWith(`${oldNames[name]}_count`));
  const counter = [
    '# HELP http_requests_total Total number of HTTP requests',
    '# TYPE http_requests_total counter',
    ...counts.map((line) => line.replace(`${oldNames[name]}_count`, 'http_requests_total')),
  ];
  return `${text.trimEnd()}\n\n${histogram.join('\n')}\n\n${counter.join('\n')}\n`;
}
