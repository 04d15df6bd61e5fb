/** Endpoints and their effects: names, schemas, OpenAPI. No I/O. */
export {};
