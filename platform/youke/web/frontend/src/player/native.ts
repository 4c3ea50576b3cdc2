import type { Options, Source } from "./source";

const NATIVE = "application/vnd.apple.mpegurl";

/** Lets the device play by itself, as phones without media source extensions do. */
export function attachNative(
  video: HTMLVideoElement,
  url: string,
  { events, start }: Options,
): Source {
  if (!video.canPlayType(NATIVE)) events.failed();
  const load = (at: number) => {
    // A new address makes the device ask for freshly signed addresses.
    video.src = url;
    video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
  };
  video.addEventListener("error", () => events.failed());
  video.addEventListener("resize", () => events.changed());
  video.textTracks.addEventListener("addtrack", () => events.changed());
  load(start);
  return {
    qualities: () => [],
    choose: () => undefined,
    captions: () =>
      subtitles(video).map(({ language, label }, track) => ({ track, language, name: label })),
    showCaptions: (track) => {
      for (const [at, each] of subtitles(video).entries()) {
        each.mode = at === track ? "showing" : "disabled";
      }
    },
    edge: () => (video.duration === Infinity ? lastSecond(video.seekable) : null),
    renew: () => load(video.currentTime),
  };
}

function subtitles(video: HTMLVideoElement): TextTrack[] {
  return Array.from(video.textTracks).filter(({ kind }) => /subtitles|captions/.test(kind));
}

function lastSecond(ranges: TimeRanges): number {
  return ranges.length ? ranges.end(ranges.length - 1) : 0;
}
