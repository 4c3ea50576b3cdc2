import { attachHls } from "./hls";
import { attachNative } from "./native";
import type { Caption } from "./tracks";

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
  captions(): Caption[];
  /** Shows a track of captions, or none for -1. */
  showCaptions(track: number): void;
  /** Seconds that there are of a lesson which still grows; null once it is complete. */
  edge(): number | null;
  /** Asks for the playlists anew and goes on at the same second. */
  renew(): void;
}

export interface SourceEvents {
  /** Qualities or captions are known, or what is in play has changed. */
  changed(): void;
  /** Nothing helped: the viewer has to decide. */
  failed(): void;
}

export interface Options {
  events: SourceEvents;
  /** Second to start at. */
  start: number;
  /** Whether the lesson is still being prepared. */
  growing: boolean;
}

/** Attaches an HLS playlist: by hls.js where possible, else by the device itself. */
export async function attach(
  video: HTMLVideoElement,
  url: string,
  options: Options,
): Promise<Source> {
  const { default: Hls } = await import("hls.js");
  if (Hls.isSupported()) return attachHls(Hls, video, url, options);
  return attachNative(video, url, options);
}
