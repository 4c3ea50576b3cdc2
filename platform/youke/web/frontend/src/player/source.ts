import type HlsClass from "hls.js";

/** A quality that can be chosen: the level's number and its name for people. */
export interface Quality {
  level: number;
  name: string;
}

export interface Source {
  /** The qualities, best first; empty where the device chooses by itself. */
  qualities(): Quality[];
  /** Fixes a level, or -1 for the best that the line carries. */
  choose(level: number): void;
  /** The height in play, for "Auto (720p)"; 0 when unknown. */
  height(): number;
  /** Starts over after an error. */
  retry(): void;
}

export interface SourceEvents {
  /** The qualities are known, or the one in play has changed. */
  changed(): void;
  /** Nothing helped: the viewer has to decide. */
  failed(): void;
}

const NATIVE = "application/vnd.apple.mpegurl";
const RECOVERIES = 3;

/** Attaches an HLS playlist: by hls.js where possible, else by the device itself. */
export async function attach(
  video: HTMLVideoElement,
  url: string,
  events: SourceEvents,
  start: number,
): Promise<Source> {
  const { default: Hls } = await import("hls.js/light");
  if (Hls.isSupported()) return attachHls(Hls, video, url, { events, start });
  return attachNative(video, url, { events, start });
}

interface Options {
  events: SourceEvents;
  start: number;
}

function attachNative(video: HTMLVideoElement, url: string, { events, start }: Options): Source {
  if (!video.canPlayType(NATIVE)) events.failed();
  const load = (at: number) => {
    // A new address makes the device ask for freshly signed addresses.
    video.src = url;
    video.addEventListener("loadedmetadata", () => (video.currentTime = at), { once: true });
  };
  video.addEventListener("error", () => events.failed());
  video.addEventListener("resize", () => events.changed());
  load(start);
  return {
    qualities: () => [],
    choose: () => undefined,
    height: () => video.videoHeight,
    retry: () => load(video.currentTime),
  };
}

function attachHls(
  Hls: typeof HlsClass,
  video: HTMLVideoElement,
  url: string,
  { events, start }: Options,
): Source {
  let hls = make(start);
  let recoveries = 0;

  function make(at: number): HlsClass {
    const made = new Hls({
      capLevelToPlayerSize: true,
      startPosition: at || -1,
      maxBufferLength: 40,
      backBufferLength: 60,
    });
    made.on(Hls.Events.MANIFEST_PARSED, () => events.changed());
    made.on(Hls.Events.LEVEL_SWITCHED, () => events.changed());
    made.on(Hls.Events.FRAG_BUFFERED, () => (recoveries = 0));
    made.on(Hls.Events.ERROR, (_name, data) => {
      if (data.fatal) recover(data.type);
    });
    made.loadSource(url);
    made.attachMedia(video);
    return made;
  }

  function recover(type: string): void {
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
        .map((level, index) => ({ level: index, name: levelName(level.height, level.bitrate) }))
        .reverse(),
    choose: (level) => {
      hls.nextLevel = level;
    },
    height: () => hls.levels[hls.currentLevel]?.height ?? 0,
    retry: () => {
      recoveries = 0;
      restart();
    },
  };
}

function levelName(height: number, bitrate: number): string {
  return height ? `${height}p` : `${Math.round(bitrate / 1000)} kb/s`;
}
