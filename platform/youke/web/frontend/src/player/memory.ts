/** Keeps a number in this browser. */
export function remember(key: string, value: number): void {
  try {
    localStorage.setItem(key, String(value));
  } catch {
    // Private windows may forbid it; the choice then lasts for this page.
  }
}

/** Returns a number kept before, else the other one. */
export function recall(key: string, otherwise: number): number {
  try {
    const stored = localStorage.getItem(key);
    return stored === null ? otherwise : Number(stored);
  } catch {
    return otherwise;
  }
}
