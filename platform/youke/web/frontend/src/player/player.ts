import { isTyping, need, readJson } from "../dom";
import { type Command, commandOf } from "./keys";
import { recall, remember } from "./memory";
import { Menu } from "./menu";
import { SeekBar } from "./seek";
import { attach, type Source } from "./source";
import { timeText } from "./time";
import { WatchReporter } from "./watch";

interface Texts {
  auto: string;
  normal: string;
  resumed: string;
}

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 2];
const IDLE_MS = 2800;
const HINT_MS = 900;
const LAST_SECONDS = 10;
const VOLUME_KEY = "youke.volume";
const SPEED_KEY = "youke.speed";

interface WebKitVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

/** The player of one lesson: its frame's buttons, keys, menus and reports. */
export class Player {
  readonly #root: HTMLElement;
  readonly #video: WebKitVideo;
  readonly #texts: Texts;
  readonly #speed: Menu;
  readonly #quality: Menu;
  #source: Source | null = null;
  #fixed = -1;
  #idle = 0;
  #hint = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#video = need<WebKitVideo>(root, "[data-video]");
    this.#texts = readJson<Texts>(root, "[data-texts]");
    this.#speed = new Menu(root, "speed", (value) => this.#setSpeed(value));
    this.#quality = new Menu(root, "quality", (level) => this.#setQuality(level));
    new SeekBar(root, this.#video, () => this.#length());
    new WatchReporter(this.#video, root.dataset["lesson"] ?? "");
    this.#video.controls = false;
    root.classList.add("player--on");
    this.#listen();
    this.#restore();
    void this.#load();
  }

  /** Goes to a second and plays on from there. */
  seek(seconds: number): void {
    this.#goTo(seconds);
    void this.#play();
  }

  /** Where the viewer is, in seconds. */
  get position(): number {
    return this.#video.currentTime;
  }

  #goTo(seconds: number): void {
    this.#video.currentTime = Math.min(Math.max(seconds, 0), this.#length());
    need(this.#root, "[data-ended]").hidden = true;
  }

  async #load(): Promise<void> {
    const { source = "", start = "0" } = this.#root.dataset;
    const at = this.#sensibleStart(Number(start));
    const events = {
      changed: () => this.#showQuality(),
      failed: () => this.#showError(true),
    };
    try {
      this.#source = await attach(this.#video, source, events, at);
    } catch {
      this.#showError(true);
    }
    if (at && this.#root.dataset["resumed"]) {
      this.#say(this.#texts.resumed.replace("{time}", timeText(at)));
    }
    this.#showQuality();
  }

  /** Who has seen it to the end begins anew. */
  #sensibleStart(start: number): number {
    const length = this.#length();
    return length && start > length - LAST_SECONDS ? 0 : start;
  }

  #length(): number {
    const { duration } = this.#video;
    if (Number.isFinite(duration) && duration > 0) return duration;
    return Number(this.#root.dataset["duration"] ?? 0);
  }

  #listen(): void {
    const root = this.#root;
    root.addEventListener("click", (event) => this.#click(event));
    root.addEventListener("pointermove", () => this.#wake());
    root.addEventListener("focusin", () => this.#wake());
    document.addEventListener("keydown", (event) => this.#key(event));
    document.addEventListener("fullscreenchange", () => {
      root.classList.toggle("player--large", document.fullscreenElement === root);
    });
    need<HTMLInputElement>(root, "[data-volume]").addEventListener("input", (event) => {
      this.#setVolume(Number((event.target as HTMLInputElement).value));
    });
    this.#listenSurface();
    this.#listenVideo();
  }

  #listenVideo(): void {
    const video = this.#video;
    const flag = (name: string, on: boolean) =>
      this.#root.classList.toggle(`player--${name}`, on);
    const on = (names: string, act: () => void) => {
      for (const name of names.split(" ")) video.addEventListener(name, act);
    };
    on("play", () => {
      flag("started", true);
      flag("playing", true);
      this.#wake();
    });
    on("pause ended", () => {
      flag("playing", false);
      flag("idle", false);
    });
    on("waiting seeking", () => flag("waiting", true));
    on("playing canplay seeked pause", () => flag("waiting", false));
    on("timeupdate durationchange", () => this.#showTime());
    on("volumechange", () => flag("mute", video.muted || video.volume === 0));
    on("ended", () => (need(this.#root, "[data-ended]").hidden = false));
    on("playing", () => {
      need(this.#root, "[data-ended]").hidden = true;
      this.#showError(false);
    });
  }

  /** A mouse click pauses; a finger shows the controls, twice at a side skips. */
  #listenSurface(): void {
    const surface = need(this.#root, "[data-surface]");
    let last = 0;
    surface.addEventListener("pointerup", (event) => {
      if (event.pointerType === "mouse") return;
      const now = event.timeStamp;
      const box = surface.getBoundingClientRect();
      const side = (event.clientX - box.left) / box.width;
      if (now - last < 300 && side < 0.35) this.#skip(-10);
      else if (now - last < 300 && side > 0.65) this.#skip(10);
      else if (this.#root.classList.contains("player--idle")) this.#wake();
      else if (!this.#video.paused) this.#root.classList.add("player--idle");
      last = now;
    });
    surface.addEventListener("click", (event) => {
      if ((event as PointerEvent).pointerType === "mouse") this.#toggle();
    });
    surface.addEventListener("dblclick", (event) => {
      if (event.detail && matchMedia("(hover: hover)").matches) this.#fullscreen();
    });
  }

  #click(event: Event): void {
    const button = (event.target as Element).closest<HTMLElement>("[data-do]");
    const actions: Record<string, () => void> = {
      play: () => void this.#play(),
      toggle: () => this.#toggle(),
      back: () => this.#skip(-10),
      mute: () => this.#mute(),
      ask: () => this.#ask(),
      pip: () => void this.#video.requestPictureInPicture(),
      fullscreen: () => this.#fullscreen(),
      retry: () => this.#retry(),
      replay: () => this.seek(0),
    };
    if (button) actions[button.dataset["do"] ?? ""]?.();
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    const target = event.target as HTMLElement;
    // A focused button elsewhere keeps its own space and arrows.
    if (target !== document.body && target.id !== "main" && !this.#root.contains(target)) {
      return;
    }
    if (event.key === " " && target.closest("button, a")) return;
    if (this.#speed.isOpen || this.#quality.isOpen) return;
    const command = commandOf(event.key);
    if (!command) return;
    event.preventDefault();
    this.#obey(command);
  }

  #obey(command: Command): void {
    this.#wake();
    switch (command.do) {
      case "skip":
        return this.#skip(command.by);
      case "part":
        return this.#goTo(command.share * this.#length());
      case "louder":
        return this.#setVolume(this.#video.volume + command.by);
      case "slower":
      case "faster":
        return this.#stepSpeed(command.do === "faster" ? 1 : -1);
      case "mute":
        return this.#mute();
      case "fullscreen":
        return this.#fullscreen();
      default:
        return this.#toggle();
    }
  }

  async #play(): Promise<void> {
    this.#root.classList.add("player--started", "player--waiting");
    // A refusal (autoplay rules, a newer load) leaves the button in place.
    await this.#video.play().catch(() => undefined);
    this.#root.classList.toggle("player--waiting", this.#video.readyState < 3);
  }

  #toggle(): void {
    if (this.#video.paused) void this.#play();
    else this.#video.pause();
  }

  #skip(by: number): void {
    this.#goTo(this.#video.currentTime + by);
    this.#say(`${by > 0 ? "+" : "−"}${Math.abs(by)} s`);
  }

  #mute(): void {
    this.#video.muted = !this.#video.muted;
  }

  #setVolume(volume: number): void {
    const safe = Math.min(Math.max(volume, 0), 1);
    this.#video.volume = safe;
    this.#video.muted = safe === 0;
    need<HTMLInputElement>(this.#root, "[data-volume]").value = String(safe);
    this.#say(`${Math.round(safe * 100)}%`);
    remember(VOLUME_KEY, safe);
  }

  #setSpeed(speed: number): void {
    this.#video.playbackRate = speed;
    this.#video.defaultPlaybackRate = speed;
    remember(SPEED_KEY, speed);
    this.#showSpeed();
  }

  #stepSpeed(step: number): void {
    const at = SPEEDS.indexOf(this.#video.playbackRate);
    this.#setSpeed(SPEEDS[at + step] ?? this.#video.playbackRate);
    this.#say(`${this.#video.playbackRate}×`);
  }

  #setQuality(level: number): void {
    this.#fixed = level;
    this.#source?.choose(level);
    this.#showQuality();
  }

  #fullscreen(): void {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (this.#root.requestFullscreen) void this.#root.requestFullscreen();
    else this.#video.webkitEnterFullscreen?.();
  }

  #ask(): void {
    this.#video.pause();
    const second = Math.floor(this.#video.currentTime);
    location.assign(`${this.#root.dataset["ask"]}&t=${second}`);
  }

  #retry(): void {
    this.#showError(false);
    this.#source?.retry();
    void this.#play();
  }

  #restore(): void {
    this.#video.volume = recall(VOLUME_KEY, 1);
    need<HTMLInputElement>(this.#root, "[data-volume]").value = String(this.#video.volume);
    const speed = recall(SPEED_KEY, 1);
    this.#setSpeed(SPEEDS.includes(speed) ? speed : 1);
    const pip = need(this.#root, '[data-do="pip"]');
    pip.hidden = !document.pictureInPictureEnabled;
  }

  #showTime(): void {
    need(this.#root, "[data-now]").textContent = timeText(this.#video.currentTime);
    need(this.#root, "[data-total]").textContent = timeText(this.#length());
  }

  #showSpeed(): void {
    const speed = this.#video.playbackRate;
    const label = (value: number) => (value === 1 ? `1× ${this.#texts.normal}` : `${value}×`);
    const options = SPEEDS.map((value) => ({ value, label: label(value) }));
    this.#speed.fill(options.reverse(), speed, `${speed}×`);
  }

  #showQuality(): void {
    const height = this.#source?.height() ?? 0;
    const auto = height && this.#fixed < 0 ? `${this.#texts.auto} ${height}p` : this.#texts.auto;
    const levels = this.#source?.qualities() ?? [];
    const options = levels.map(({ level, name }) => ({ value: level, label: name }));
    const chosen = levels.find(({ level }) => level === this.#fixed);
    options.push({ value: -1, label: auto });
    this.#quality.fill(options, this.#fixed, chosen?.name ?? auto);
  }

  #showError(shown: boolean): void {
    need(this.#root, "[data-error]").hidden = !shown;
  }

  #say(text: string): void {
    const hint = need(this.#root, "[data-hint]");
    hint.textContent = text;
    hint.classList.add("player__hint--on");
    window.clearTimeout(this.#hint);
    const ms = text.length > 8 ? 3 * HINT_MS : HINT_MS;
    this.#hint = window.setTimeout(() => hint.classList.remove("player__hint--on"), ms);
  }

  #wake(): void {
    this.#root.classList.remove("player--idle");
    window.clearTimeout(this.#idle);
    this.#idle = window.setTimeout(() => {
      const busy = this.#video.paused || this.#speed.isOpen || this.#quality.isOpen;
      if (!busy) this.#root.classList.add("player--idle");
    }, IDLE_MS);
  }
}
