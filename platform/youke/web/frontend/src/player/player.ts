import { isTyping, need, readJson } from "../dom";
import { CaptionsMenu } from "./captions";
import { Growth } from "./growth";
import { type Command, commandOf } from "./keys";
import { recall, remember } from "./memory";
import { QualityMenu } from "./quality";
import { whenQuiet } from "./quiet";
import { SeekBar } from "./seek";
import { attach, type Source } from "./source";
import { SpeedMenu } from "./speed";
import { Storyboard } from "./storyboard";
import { listenSurface } from "./surface";
import { timeText } from "./time";
import { WatchReporter } from "./watch";

interface Texts {
  auto: string;
  normal: string;
  off: string;
  resumed: string;
  unready: string;
}

const IDLE_MS = 2800;
const HINT_MS = 900;
const LAST_SECONDS = 10;
/** Nearer to the end of what there is nobody can seek. */
const EDGE_S = 2;
const VOLUME_KEY = "youke.volume";

interface WebKitVideo extends HTMLVideoElement {
  webkitEnterFullscreen?: () => void;
}

/** The player of one lesson: its frame's buttons, keys, menus and reports. */
export class Player {
  readonly #root: HTMLElement;
  readonly #video: WebKitVideo;
  readonly #texts: Texts;
  readonly #speed: SpeedMenu;
  readonly #quality: QualityMenu;
  readonly #captions: CaptionsMenu;
  readonly #storyboard: Storyboard;
  readonly #growth: Growth;
  #source: Source | null = null;
  #idle = 0;
  #hint = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#video = need<WebKitVideo>(root, "[data-video]");
    this.#texts = readJson<Texts>(root, "[data-texts]");
    this.#speed = new SpeedMenu(root, this.#video, this.#texts.normal);
    this.#quality = new QualityMenu(root, this.#video, this.#texts.auto);
    this.#captions = new CaptionsMenu(root, this.#texts.off);
    const { source = "" } = root.dataset;
    this.#storyboard = new Storyboard(need(root, "[data-seek-picture]"), source);
    this.#growth = new Growth(root, () => this.#complete());
    new SeekBar(root, this.#video, {
      length: () => this.#length(),
      edge: () => this.#edge(),
      picture: (second) => this.#growth.isOn || this.#storyboard.show(second),
      seek: (second) => this.#goTo(second),
    });
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
    const last = this.#edge() < this.#length() ? this.#edge() - EDGE_S : this.#length();
    if (seconds > last + EDGE_S) this.#say(this.#texts.unready);
    this.#video.currentTime = Math.max(Math.min(seconds, last), 0);
    need(this.#root, "[data-ended]").hidden = true;
  }

  async #load(): Promise<void> {
    const { source = "", start = "0" } = this.#root.dataset;
    const at = this.#sensibleStart(Number(start));
    const events = {
      changed: () => this.#showOffer(),
      failed: () => this.#showError(true),
    };
    const options = { events, start: at, growing: this.#growth.isOn };
    try {
      this.#source = await attach(this.#video, source, options);
    } catch {
      this.#showError(true);
    }
    if (at && this.#root.dataset["resumed"]) {
      this.#say(this.#texts.resumed.replace("{time}", timeText(at)));
    }
    this.#showOffer();
  }

  /** What was shown of a lesson in preparation gives way to all of its qualities. */
  #complete(): void {
    if ((this.#source?.qualities().length ?? 0) > 1) return;
    whenQuiet(this.#video, () => {
      this.#quality.reset();
      this.#source?.renew();
    });
  }

  /** Who has seen it to the end begins anew. */
  #sensibleStart(start: number): number {
    const length = this.#length();
    return length && start > length - LAST_SECONDS ? 0 : start;
  }

  /** Seconds of the whole lesson, also of the part that is not there yet. */
  #length(): number {
    const { duration } = this.#video;
    const said = Number(this.#root.dataset["duration"] ?? 0);
    if (!Number.isFinite(duration) || duration <= 0) return said;
    return this.#source?.edge() == null ? duration : Math.max(duration, said);
  }

  /** Seconds that can be watched already. */
  #edge(): number {
    return this.#source?.edge() ?? this.#length();
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
    listenSurface(root, this.#video, {
      toggle: () => this.#toggle(),
      skip: (by) => this.#skip(by),
      wake: () => this.#wake(),
      fullscreen: () => this.#fullscreen(),
    });
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
    on("waiting seeking", () => {
      flag("waiting", true);
      this.#showEdge();
    });
    on("playing canplay seeked pause", () => {
      flag("waiting", false);
      flag("edge", false);
    });
    on("timeupdate durationchange", () => this.#showTime());
    on("resize", () => this.#showOffer());
    on("volumechange", () => flag("mute", video.muted || video.volume === 0));
    on("ended", () => (need(this.#root, "[data-ended]").hidden = false));
    on("playing", () => {
      need(this.#root, "[data-ended]").hidden = true;
      this.#showError(false);
    });
  }

  /** At the end of what there is no wheel turns: words say what is awaited. */
  #showEdge(): void {
    const left = this.#length() - this.#video.currentTime;
    const isAtEdge = this.#edge() - this.#video.currentTime < EDGE_S;
    if (!isAtEdge || this.#source?.edge() == null) return;
    if (left < 1) need(this.#root, "[data-ended]").hidden = false;
    else this.#root.classList.add("player--edge");
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
    if (this.#isChoosing) return;
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
        return this.#say(this.#speed.step(command.do === "faster" ? 1 : -1));
      case "mute":
        return this.#mute();
      case "captions":
        return this.#say(this.#captions.toggle() ?? "");
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
    this.#source?.renew();
    void this.#play();
  }

  #restore(): void {
    this.#video.volume = recall(VOLUME_KEY, 1);
    need<HTMLInputElement>(this.#root, "[data-volume]").value = String(this.#video.volume);
    const pip = need(this.#root, '[data-do="pip"]');
    pip.hidden = !document.pictureInPictureEnabled;
  }

  #showTime(): void {
    need(this.#root, "[data-now]").textContent = timeText(this.#video.currentTime);
    need(this.#root, "[data-total]").textContent = timeText(this.#length());
  }

  #showOffer(): void {
    if (!this.#source) return;
    this.#quality.use(this.#source);
    this.#captions.use(this.#source);
  }

  #showError(shown: boolean): void {
    need(this.#root, "[data-error]").hidden = !shown;
  }

  get #isChoosing(): boolean {
    return [this.#speed, this.#quality, this.#captions].some((menu) => menu.isOpen);
  }

  #say(text: string): void {
    if (!text) return;
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
      const busy = this.#video.paused || this.#isChoosing;
      if (!busy) this.#root.classList.add("player--idle");
    }, IDLE_MS);
  }
}
