/// <reference lib="dom" preserve="true" />
/// <reference lib="dom.iterable" preserve="true" />
/** Looks at a page as somebody does who cannot see it well, or cannot use a mouse. Runs in the browser, so it stands alone. */

export interface AccessibilityWishes {
  /** Of text to its ground. */
  readonly contrastAtLeast: number;
  /** Selectors of what must be there exactly once, beside `main`, `header` and `main h1`. */
  readonly once: readonly string[];
}

/** What is wrong with the page, as sentences; empty is good. To be given to `page.evaluate`. */
export function findAccessibilityProblems({ contrastAtLeast, once: also }: AccessibilityWishes): string[] {
  const all = <Found extends Element>(selector: string) => [...document.querySelectorAll<Found>(selector)];
  const textOf = (element: Element) => (element.getAttribute('aria-label') ?? element.textContent).trim();
  const nameOf = (element: Element) =>
    `<${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> "${textOf(element).slice(0, 40)}"`;

  function structure(): string[] {
    const once = ['main', 'header', 'main h1', ...also];
    const ids = all('[id]').map(({ id }) => id);
    const labelled = all('[aria-labelledby]').map((it) => it.getAttribute('aria-labelledby') ?? '');
    return [
      ...(document.documentElement.lang === '' ? ['the page says no language'] : []),
      ...(document.title === '' ? ['the page has no title'] : []),
      ...once
        .filter((selector) => all(selector).length !== 1)
        .map((selector) => `there are ${all(selector).length} of ${selector}, not one`),
      ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `the id ${id} is there twice`),
      ...labelled.filter((id) => !ids.includes(id)).map((id) => `the label ${id} is not there`),
      ...all('[tabindex]')
        .filter((it) => Number(it.getAttribute('tabindex')) > 0)
        .map((it) => `${nameOf(it)} has a place of its own in the order of keys`),
    ];
  }

  function names(): string[] {
    const unnamed = all('a, button, summary').filter((it) => textOf(it) === '');
    const unlabelled = all<HTMLInputElement>('input, select, textarea, progress').filter(
      (it) => (it.getAttribute('aria-label') ?? '') === '' && it.labels?.length !== 1,
    );
    const headless = all('table').filter((it) => it.querySelector('th[scope="col"]') === null);
    const levels = all('h1, h2, h3').map((it) => Number(it.tagName.slice(1)));
    const leaps = levels.filter((level, index) => index > 0 && level > (levels[index - 1] ?? level) + 1);
    return [
      ...unnamed.map((it) => `${nameOf(it)} has no name`),
      ...unlabelled.map((it) => `${nameOf(it)} has no label`),
      ...headless.map((it) => `${nameOf(it)} has no column heads`),
      ...(leaps.length > 0 ? [`headings leap: ${levels.join(' ')}`] : []),
    ];
  }

  type Colour = readonly [number, number, number, number];
  const colourOf = (text: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (/\(([^)]+)\)/.exec(text)?.[1] ?? '').split(/[ ,/]+/).map(Number);
    return [red, green, blue, alpha];
  };
  const luminance = ([red, green, blue]: Colour) => {
    const linear = [red, green, blue].map((part) => (part / 255 <= 0.03928 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * (linear[0] ?? 0) + 0.7152 * (linear[1] ?? 0) + 0.0722 * (linear[2] ?? 0);
  };
  const backgroundOf = (element: Element | null): Colour => {
    if (element === null) return [255, 255, 255, 1];
    const colour = colourOf(getComputedStyle(element).backgroundColor);
    return colour[3] > 0 ? colour : backgroundOf(element.parentElement);
  };

  function contrasts(): string[] {
    const withText = all('body *').filter((it) =>
      [...it.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && (node.textContent ?? '').trim() !== ''),
    );
    // A sign that only adorns has a ground that is drawn, and that no style tells.
    const isSign = (it: Element) => it instanceof SVGElement && it.closest('[aria-hidden="true"]') !== null;
    const seen = withText.filter(
      (it) => it.getClientRects().length > 0 && !(it instanceof HTMLButtonElement && it.disabled) && !isSign(it),
    );
    return seen.flatMap((it) => {
      const style = getComputedStyle(it);
      const [text, ground] = [colourOf(it instanceof SVGElement ? style.fill : style.color), backgroundOf(it)].map(luminance);
      const [light = 0, dark = 0] = [text ?? 0, ground ?? 0].toSorted((one, other) => other - one);
      const ratio = (light + 0.05) / (dark + 0.05);
      return ratio >= contrastAtLeast ? [] : [`${nameOf(it)} has a contrast of ${ratio.toFixed(1)}`];
    });
  }

  return [...structure(), ...names(), ...contrasts()];
}
