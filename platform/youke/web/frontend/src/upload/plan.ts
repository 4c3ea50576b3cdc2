/** A part of the file: its number (from 1) and its bytes from `start` to `end`. */
export interface Part {
  number: number;
  start: number;
  end: number;
}

/** The bytes of a part; the last one is what remains. */
export function partOf(number: number, partSize: number, fileSize: number): Part {
  const start = (number - 1) * partSize;
  return { number, start, end: Math.min(start + partSize, fileSize) };
}

/** How many of the file's bytes the stored parts hold. */
export function storedBytes(stored: readonly number[], partSize: number, fileSize: number): number {
  return stored
    .map((number) => partOf(number, partSize, fileSize))
    .reduce((sum, part) => sum + part.end - part.start, 0);
}

/** How long to wait before trying again: 1, 2, 4 … 30 s, a little apart. */
export function backOffMs(attempt: number, random = Math.random()): number {
  return Math.min(1000 * 2 ** attempt, 30_000) * (0.75 + random / 2);
}

const UNITS = ["B", "KB", "MB", "GB"];

/** Bytes as people read them. */
export function sizeText(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), UNITS.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(power < 2 ? 0 : power - 1)} ${UNITS[power]}`;
}

/** The speed over the last seconds, in bytes per second. */
export class SpeedMeter {
  readonly #marks: { at: number; bytes: number }[] = [];
  readonly #windowMs = 8000;

  add(bytes: number, at = performance.now()): void {
    this.#marks.push({ at, bytes });
    while (this.#marks[1] && this.#marks[1].at <= at - this.#windowMs) this.#marks.shift();
  }

  clear(): void {
    this.#marks.length = 0;
  }

  perSecond(): number {
    const first = this.#marks[0];
    const last = this.#marks[this.#marks.length - 1];
    if (!first || !last || last.at - first.at < 500) return 0;
    return Math.max(0, ((last.bytes - first.bytes) * 1000) / (last.at - first.at));
  }
}
