/** The banyan command. */
export {};
