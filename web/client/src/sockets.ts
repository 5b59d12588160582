/** WebSockets by number: opened with a token, closed for good. Tells what happens, decides nothing. */
import { BEARER_SUBPROTOCOL, SUBPROTOCOL } from "./generated/names.js";
import type { Event } from "./machine.js";

/** Told to the machine where no socket could even be tried: abnormal, like 1006. */
const NOT_OPENED = 4000;

export class Sockets {
  private readonly open_ = new Map<number, WebSocket | null>();

  constructor(
    private readonly url: string,
    private readonly token: () => Promise<string>,
    private readonly Socket: typeof WebSocket,
    private readonly tell: (event: Event) => void,
  ) {}

  /** Fetches a token and opens a socket with it. */
  open(socket: number): void {
    this.open_.set(socket, null);
    this.token().then(
      (token) => this.connect(socket, token),
      (error: unknown) => {
        if (!this.open_.delete(socket)) return;
        const ended = error instanceof Error && error.name === "SessionEndedError";
        this.tell(ended ? { type: "sessionEnded", socket } : { type: "closed", socket, code: NOT_OPENED });
      },
    );
  }

  private connect(socket: number, token: string): void {
    if (!this.open_.has(socket)) return;
    let made: WebSocket;
    try {
      made = new this.Socket(this.url, [SUBPROTOCOL, BEARER_SUBPROTOCOL + token]);
    } catch {
      // A token that is no token: nothing that could be a subprotocol.
      this.open_.delete(socket);
      this.tell({ type: "closed", socket, code: NOT_OPENED });
      return;
    }
    this.open_.set(socket, made);
    const current = () => this.open_.get(socket) === made;
    made.onopen = () => {
      if (current()) this.tell({ type: "opened", socket });
    };
    made.onmessage = ({ data }) => {
      if (current() && typeof data === "string") this.tell({ type: "frame", socket, text: data });
    };
    made.onclose = ({ code }) => {
      if (current() && this.open_.delete(socket)) this.tell({ type: "closed", socket, code });
    };
  }

  send(socket: number, text: string): void {
    const open = this.open_.get(socket);
    // What a closing socket does not take, the machine sends again over the next one.
    if (open?.readyState === this.Socket.OPEN) open.send(text);
  }

  close(socket: number): void {
    const open = this.open_.get(socket);
    this.open_.delete(socket);
    open?.close(1000);
  }
}
