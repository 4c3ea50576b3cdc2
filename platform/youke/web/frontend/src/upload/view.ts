import { ApiError, call } from "../api";
import { all, need, readJson } from "../dom";
import { renewStage } from "../stage";
import { toast, toastError } from "../toasts";
import { SpeedMeter, sizeText } from "./plan";
import { type Plan, Uploader } from "./uploader";

type Texts = Record<
  | "starting"
  | "sending"
  | "waiting"
  | "paused"
  | "checking"
  | "stalled"
  | "empty"
  | "minutes"
  | "seconds",
  string
>;

/** The place where a teacher picks a file and sees it go. */
export class UploadView {
  readonly #root: HTMLElement;
  readonly #texts: Texts;
  readonly #speed = new SpeedMeter();
  #uploader: Uploader | null = null;
  #total = 0;
  #busy = false;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#texts = readJson<Texts>(root, "[data-texts]");
    this.#listen();
  }

  #listen(): void {
    const input = need<HTMLInputElement>(this.#root, "[data-file]");
    input.addEventListener("change", () => void this.#take(input.files?.[0]));
    // Somebody was quicker than this script.
    if (input.files?.length) void this.#take(input.files[0]);
    this.#listenDrop(need(this.#root, "[data-drop]"));
    need(this.#root, "[data-pause]").addEventListener("click", () => this.#uploader?.pause());
    need(this.#root, "[data-resume]").addEventListener("click", () => void this.#goOn());
    window.addEventListener("online", () => void this.#goOn());
    window.addEventListener("beforeunload", (event) => {
      if (this.#busy && this.#root.isConnected) event.preventDefault();
    });
  }

  #listenDrop(drop: HTMLElement): void {
    const over = (on: boolean) => drop.classList.toggle("upload__drop--over", on);
    for (const name of ["dragenter", "dragover"]) {
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        over(true);
      });
    }
    drop.addEventListener("dragleave", () => over(false));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      over(false);
      void this.#take(event.dataTransfer?.files[0]);
    });
  }

  async #take(file: File | undefined): Promise<void> {
    if (!file || this.#busy) return;
    if (file.size === 0) return toast(this.#texts.empty, "danger");
    this.#total = file.size;
    this.#showGoing(file.name);
    try {
      const plan = await this.#planFor(file);
      this.#forgetFailure();
      this.#uploader = new Uploader(file, plan, {
        progress: (bytes) => this.#showProgress(bytes),
        waiting: () => this.#status(this.#texts.waiting),
      });
    } catch (error) {
      this.#showPicker();
      return toastError(error);
    }
    await this.#run();
  }

  /** The same file goes on where it stopped; any other begins anew. */
  async #planFor(file: File): Promise<Plan> {
    const { upload, openId, openName, openSize } = this.#root.dataset;
    if (openId && openName === file.name && Number(openSize) === file.size) {
      const plan = await call<Plan>("GET", `/api/v1/uploads/${openId}`).catch(goneAsNull);
      if (plan) return plan;
    }
    const body = { filename: file.name, size: file.size };
    return call<Plan>("POST", `/api/v1/lessons/${upload}/uploads`, body);
  }

  async #run(): Promise<void> {
    const uploader = this.#uploader;
    if (!uploader || this.#busy) return;
    this.#setBusy(true);
    this.#speed.clear();
    this.#showProgress(uploader.sent);
    try {
      await uploader.run();
    } catch (error) {
      this.#setBusy(false);
      return this.#showStop(error);
    }
    this.#setBusy(false);
    this.#status(this.#texts.checking);
    need(this.#root, "[data-pause]").hidden = true;
    await renewStage(this.#root);
  }

  async #goOn(): Promise<void> {
    if (!this.#uploader || this.#busy) return;
    try {
      await this.#uploader.refresh();
    } catch (error) {
      return toastError(error);
    }
    await this.#run();
  }

  #setBusy(busy: boolean): void {
    this.#busy = busy;
    need(this.#root, "[data-pause]").hidden = !busy;
    need(this.#root, "[data-resume]").hidden = busy;
  }

  #showGoing(name: string): void {
    need(this.#root, "[data-drop]").hidden = true;
    need(this.#root, "[data-going]").hidden = false;
    need(this.#root, "[data-name]").textContent = name;
    this.#status(this.#texts.starting);
  }

  /** A new file is on its way: what was wrong with the last one is over. */
  #forgetFailure(): void {
    const stage = this.#root.closest("[data-stage]");
    if (!stage) return;
    stage.querySelector("[data-failure]")?.remove();
    const [first, ...rest] = all(stage, ".steps__item");
    first?.classList.add("steps__item--now");
    for (const step of [first, ...rest]) {
      step?.classList.remove("steps__item--done", "steps__item--bad");
    }
  }

  #showPicker(): void {
    need(this.#root, "[data-drop]").hidden = false;
    need(this.#root, "[data-going]").hidden = true;
  }

  #showProgress(bytes: number): void {
    const share = this.#total ? bytes / this.#total : 0;
    need<HTMLProgressElement>(this.#root, "[data-bar]").value = share;
    need(this.#root, "[data-percent]").textContent = `${Math.floor(share * 100)}%`;
    this.#speed.add(bytes);
    const speed = this.#speed.perSecond();
    if (speed > 0) this.#status(this.#sending(bytes, speed));
  }

  #sending(bytes: number, speed: number): string {
    return this.#texts.sending
      .replace("{sent}", sizeText(bytes))
      .replace("{total}", sizeText(this.#total))
      .replace("{speed}", sizeText(speed))
      .replace("{left}", this.#timeLeft((this.#total - bytes) / speed));
  }

  #timeLeft(seconds: number): string {
    const [text, value] =
      seconds < 90 ? [this.#texts.seconds, seconds] : [this.#texts.minutes, seconds / 60];
    return text.replace("{n}", String(Math.ceil(value)));
  }

  #showStop(error: unknown): void {
    const paused = error instanceof DOMException && error.name === "AbortError";
    if (paused) {
      const text = this.#texts.paused.replace("{sent}", sizeText(this.#uploader?.sent ?? 0));
      return this.#status(text.replace("{total}", sizeText(this.#total)));
    }
    this.#status(this.#texts.stalled);
    if (error instanceof ApiError) toastError(error);
  }

  #status(text: string): void {
    need(this.#root, "[data-status]").textContent = text;
  }
}

/** An upload that is no longer open (404, 409, 410) is begun anew. */
function goneAsNull(error: unknown): null {
  if (error instanceof ApiError && error.status < 500) return null;
  throw error;
}
