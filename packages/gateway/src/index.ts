/** The program in front of the monolith: routes, shadow, canary, holds. */
export {};
