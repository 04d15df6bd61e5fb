/** Acceptance kit, traffic driver, ledger, fault injection, checkers. */
export {};
