/** Finds the one element that a script stands on, or says which is missing. */
export function need<T extends Element = HTMLElement>(
  root: ParentNode,
  selector: string,
): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`The page lacks ${selector}`);
  return found;
}

/** Finds all elements, as an array. */
export function all<T extends Element = HTMLElement>(
  root: ParentNode,
  selector: string,
): T[] {
  return Array.from(root.querySelectorAll<T>(selector));
}

/** Reads a `<script type="application/json">` of the page. */
export function readJson<T>(root: ParentNode, selector: string): T {
  return JSON.parse(need(root, selector).textContent ?? "null") as T;
}

/** What an aborted operation is rejected with; older browsers know no `reason`. */
export function aborted(): DOMException {
  return new DOMException("aborted", "AbortError");
}

/** Waits for milliseconds; an abort ends the waiting with an AbortError. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** True while the reader types, when single keys are letters and not commands. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}
