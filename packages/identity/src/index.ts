/** Tokens: issue and verify. */
export {};
