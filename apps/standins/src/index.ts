/** The outside parties, local: Google sign-in. */
export {};
