/** Node-Learn before: one program, one database. Knows nothing of Banyan. */
export {};
