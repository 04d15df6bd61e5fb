/** JSON logs with trace ids and Prometheus metrics; listens on diagnostics channels. */
export {};
