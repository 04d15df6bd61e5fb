/** Side-by-side benchmarks against peers and raw limits. */
export {};
