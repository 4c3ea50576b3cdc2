import { aborted } from "../dom";

/** The store did not take a part; 403 says that the address has run out. */
export class PartError extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`The store answered ${status}`);
    this.status = status;
  }
}

export interface Transfer {
  url: string;
  body: Blob;
  signal: AbortSignal;
  /** Called with the bytes sent so far. */
  sent(bytes: number): void;
}

/** PUTs one part; XMLHttpRequest, because fetch cannot tell how far it is. */
export function putPart({ url, body, signal, sent }: Transfer): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    const settle = (act: () => void) => () => {
      signal.removeEventListener("abort", abort);
      act();
    };
    request.upload.onprogress = (event) => sent(event.loaded);
    request.onload = settle(() => {
      if (request.status >= 200 && request.status < 300) resolve();
      else reject(new PartError(request.status));
    });
    request.onerror = settle(() => reject(new PartError(0)));
    request.ontimeout = request.onerror;
    request.onabort = settle(() => reject(aborted()));
    signal.addEventListener("abort", abort, { once: true });
    request.open("PUT", url);
    request.send(body);
  });
}
