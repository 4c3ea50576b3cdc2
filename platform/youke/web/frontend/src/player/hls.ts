import type HlsClass from "hls.js";
import type { ErrorData, HlsConfig } from "hls.js";
import { tolerant } from "./growing";
import type { Options, Source } from "./source";

type HlsType = typeof HlsClass;

const RECOVERIES = 3;
const AHEAD_S = 40;
/** What is loaded far ahead of time stays as small as it was when it was loaded. */
const AHEAD_GROWING_S = 20;

/** Plays with hls.js. */
export function attachHls(
  Hls: HlsType,
  video: HTMLVideoElement,
  url: string,
  { events, start, growing }: Options,
): Source {
  let hls = make(start);
  let recoveries = 0;

  function make(at: number): HlsClass {
    const made = new Hls(config(Hls, at, growing));
    const { Events } = Hls;
    made.on(Events.MANIFEST_PARSED, () => events.changed());
    made.on(Events.LEVEL_SWITCHED, () => events.changed());
    made.on(Events.SUBTITLE_TRACKS_UPDATED, () => events.changed());
    made.on(Events.LEVEL_UPDATED, (_name, { details }) => loadAhead(made, details.live));
    made.on(Events.FRAG_BUFFERED, () => (recoveries = 0));
    made.on(Events.ERROR, (_name, data) => recover(data));
    made.loadSource(url);
    made.attachMedia(video);
    return made;
  }

  function recover({ fatal, type }: ErrorData): void {
    if (!fatal) return;
    recoveries += 1;
    if (recoveries > RECOVERIES) events.failed();
    else if (type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    // The signed addresses may have run out: ask for the playlists again.
    else setTimeout(restart, 1000 * recoveries);
  }

  function restart(): void {
    const { currentTime, paused } = video;
    hls.destroy();
    hls = make(currentTime);
    if (!paused) video.addEventListener("canplay", () => void video.play(), { once: true });
  }

  return {
    qualities: () =>
      hls.levels
        .map(({ width, height, bitrate }, level) => ({
          level,
          name: levelName(Math.min(width, height), bitrate),
        }))
        .reverse(),
    choose: (level) => {
      hls.nextLevel = level;
    },
    captions: () =>
      hls.subtitleTracks.map(({ lang = "", name }, track) => ({ track, language: lang, name })),
    showCaptions: (track) => {
      hls.subtitleTrack = track;
    },
    edge: () => {
      const details = hls.latestLevelDetails;
      return details?.live ? details.edge : null;
    },
    renew: () => {
      recoveries = 0;
      restart();
    },
  };
}

function config(Hls: HlsType, at: number, growing: boolean): Partial<HlsConfig> {
  return {
    capLevelToPlayerSize: true,
    // A lesson that grows is no live broadcast: it begins at its beginning.
    startPosition: at,
    maxBufferLength: AHEAD_S,
    backBufferLength: 60,
    ...(growing ? { pLoader: tolerant(Hls.DefaultConfig.loader) } : {}),
  };
}

function loadAhead(hls: HlsClass, growing: boolean): void {
  hls.config.maxMaxBufferLength = growing ? AHEAD_GROWING_S : 600;
}

function levelName(lines: number, bitrate: number): string {
  return lines ? `${lines}p` : `${Math.round(bitrate / 1000)} kb/s`;
}
