/** Live rows: copy, follow, verify, fence, cut over, reverse. */
export {};
