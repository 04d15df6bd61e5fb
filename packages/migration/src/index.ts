/** Extractions as stages with gates, stored state, evidence and audit. */
export {};
