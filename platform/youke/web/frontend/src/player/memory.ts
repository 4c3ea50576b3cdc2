/** Keeps a value in this browser. */
export function remember(key: string, value: number | string): void {
  try {
    localStorage.setItem(key, String(value));
  } catch {
    // Private windows may forbid it; the choice then lasts for this page.
  }
}

/** Returns a number kept before, else the other one. */
export function recall(key: string, otherwise: number): number {
  const stored = recallText(key);
  return stored === null ? otherwise : Number(stored);
}

/** Returns a text kept before. */
export function recallText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
