/** At these moments of a viewer a new source disturbs nobody. */
const QUIET = ["pause", "waiting", "seeking"];

/** Does something at the next moment at which it disturbs nobody.
 *
 * Whoever has come to the end has what there was; the moment is when they begin anew.
 */
export function whenQuiet(
  video: Pick<HTMLVideoElement, "paused" | "ended" | "addEventListener">,
  act: () => void,
): void {
  if (video.paused && !video.ended) return act();
  const done = new AbortController();
  const once = () => {
    if (video.ended) return;
    done.abort();
    act();
  };
  for (const name of QUIET) video.addEventListener(name, once, { signal: done.signal });
}
