/** Node-Learn auth service: sign-in with Google, profile. */
export {};
