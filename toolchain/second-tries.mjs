// Reporter for vitest: names every test that held only at its second try, so that none of them is overlooked.

// oxlint-disable-next-line import/no-default-export -- so vitest loads a reporter
export default class SecondTries {
  #names = [];

  onTestCaseResult(test) {
    if (test.diagnostic()?.flaky === true) this.#names.push(`${test.module.relativeModuleId} > ${test.name}`);
  }

  onTestRunEnd() {
    if (this.#names.length === 0) return;
    process.stdout.write(`\nHeld at the second try only (${this.#names.length}):\n${this.#names.map((name) => `  ${name}\n`).join('')}`);
  }
}
