import { recall, remember } from "./memory";
import { Menu } from "./menu";

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const KEY = "youke.speed";

/** The menu of speeds; it remembers the choice, also from lesson to lesson. */
export class SpeedMenu {
  readonly #menu: Menu;
  readonly #video: HTMLVideoElement;
  readonly #normal: string;

  constructor(player: HTMLElement, video: HTMLVideoElement, normal: string) {
    this.#menu = new Menu(player, "speed", (value) => this.#set(value));
    this.#video = video;
    this.#normal = normal;
    const known = recall(KEY, 1);
    this.#set(SPEEDS.includes(known) ? known : 1);
  }

  get isOpen(): boolean {
    return this.#menu.isOpen;
  }

  /** Takes the next faster or slower one; returns what is set then. */
  step(by: number): string {
    const at = SPEEDS.indexOf(this.#video.playbackRate);
    this.#set(SPEEDS[at + by] ?? this.#video.playbackRate);
    return `${this.#video.playbackRate}×`;
  }

  #set(speed: number): void {
    this.#video.playbackRate = speed;
    this.#video.defaultPlaybackRate = speed;
    remember(KEY, speed);
    const label = (value: number) => (value === 1 ? `1× ${this.#normal}` : `${value}×`);
    const options = SPEEDS.map((value) => ({ value, label: label(value) }));
    this.#menu.fill(options.reverse(), speed, `${speed}×`);
  }
}
