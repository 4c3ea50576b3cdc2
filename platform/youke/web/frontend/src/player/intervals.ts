/** A stretch of the video in seconds: from, to. */
export type Interval = [number, number];

const JOIN_S = 0.5;

/** Puts stretches in order and joins those that touch or overlap. */
export function merged(intervals: readonly Interval[]): Interval[] {
  const sorted = [...intervals].filter(([from, to]) => to > from).sort((a, b) => a[0] - b[0]);
  const result: Interval[] = [];
  for (const [from, to] of sorted) {
    const last = result[result.length - 1];
    if (last && from <= last[1] + JOIN_S) last[1] = Math.max(last[1], to);
    else result.push([from, to]);
  }
  return result;
}

/** Rounds to tenths, which is all that counting needs. */
export function rounded(intervals: readonly Interval[]): Interval[] {
  const tenth = (s: number) => Math.round(s * 10) / 10;
  return intervals.map(([from, to]) => [tenth(from), tenth(to)]);
}
