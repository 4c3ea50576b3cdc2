import { ApiError, call } from "../api";
import { aborted, sleep } from "../dom";
import { backOffMs, partOf, storedBytes } from "./plan";
import { PartError, putPart } from "./transfer";

/** The server's plan: which parts are stored and where to put the rest. */
export interface Plan {
  id: string;
  part_size: number;
  stored?: number[];
  parts: { number: number; url: string }[];
}

export interface UploadEvents {
  /** Bytes that the store has or is receiving. */
  progress(bytes: number): void;
  /** A part did not get through and is tried again. */
  waiting(): void;
}

const AT_ONCE = 3;
const ATTEMPTS = 8;
const FORBIDDEN = 403;

/** Sends one file in parts straight to the store, and goes on where it stopped. */
export class Uploader {
  readonly #file: File;
  readonly #events: UploadEvents;
  readonly #underWay = new Map<number, number>();
  #plan: Plan;
  #done: Set<number>;
  #stop = new AbortController();

  constructor(file: File, plan: Plan, events: UploadEvents) {
    this.#file = file;
    this.#events = events;
    this.#plan = plan;
    this.#done = new Set(plan.stored ?? []);
  }

  get sent(): number {
    const { part_size } = this.#plan;
    const stored = storedBytes([...this.#done], part_size, this.#file.size);
    return [...this.#underWay.values()].reduce((sum, bytes) => sum + bytes, stored);
  }

  /** Sends what is missing and completes; rejects when paused or given up. */
  async run(): Promise<void> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    try {
      await this.#sendAll(signal);
    } catch (error) {
      this.#stop.abort();
      throw error;
    } finally {
      this.#underWay.clear();
    }
    await call("POST", `/api/v1/uploads/${this.#plan.id}/complete`);
  }

  /** Stops sending; what the store has, it keeps. */
  pause(): void {
    this.#stop.abort();
  }

  /** Asks which parts the store has and for fresh addresses of the rest. */
  async refresh(): Promise<void> {
    this.#plan = await call<Plan>("GET", `/api/v1/uploads/${this.#plan.id}`);
    this.#done = new Set(this.#plan.stored ?? []);
  }

  async #sendAll(signal: AbortSignal): Promise<void> {
    const waiting = this.#plan.parts.map(({ number }) => number).filter((n) => !this.#done.has(n));
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        await this.#sendPart(next, signal);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  async #sendPart(number: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) throw aborted();
      try {
        await this.#put(number, signal);
        return;
      } catch (error) {
        if (!(error instanceof PartError) || attempt >= ATTEMPTS) throw error;
        this.#events.waiting();
        await sleep(backOffMs(attempt), signal);
        if (error.status === FORBIDDEN) await this.#refreshQuietly();
      }
    }
  }

  async #put(number: number, signal: AbortSignal): Promise<void> {
    const url = this.#plan.parts.find((part) => part.number === number)?.url;
    // A refreshed plan without this part says that the store has it already.
    if (!url) return;
    const { start, end } = partOf(number, this.#plan.part_size, this.#file.size);
    const report = (bytes: number) => {
      this.#underWay.set(number, Math.min(bytes, end - start));
      this.#events.progress(this.sent);
    };
    try {
      await putPart({ url, body: this.#file.slice(start, end), signal, sent: report });
      this.#done.add(number);
    } finally {
      this.#underWay.delete(number);
      this.#events.progress(this.sent);
    }
  }

  async #refreshQuietly(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      // The server says no for good; a missing connection is worth another try.
      if (error instanceof ApiError && error.status < 500) throw error;
    }
  }
}
