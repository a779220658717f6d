// <job-terminal src>: a terminal in a running job, over a WebSocket whose messages are the terminal's bytes.
import { Terminal } from "./xterm.mjs";

// The size of the terminal on the other side, which nobody can tell of another.
const COLUMNS = 80;
const ROWS = 24;

class JobTerminal extends HTMLElement {
  connectedCallback() {
    const style = getComputedStyle(this);
    this.terminal = new Terminal({
      cols: COLUMNS,
      rows: ROWS,
      cursorBlink: true,
      screenReaderMode: true,
      fontFamily: style.getPropertyValue("--mono"),
      fontSize: 13,
      theme: { background: style.getPropertyValue("--console").trim(), foreground: style.getPropertyValue("--console-ink").trim() },
    });
    this.screen = document.createElement("div");
    this.screen.setAttribute("aria-label", this.dataset.label);
    this.end = document.createElement("p");
    this.end.className = "terminal-end";
    this.end.setAttribute("role", "status");
    this.append(this.screen, this.end);
    this.terminal.open(this.screen);
    const encoder = new TextEncoder();
    this.terminal.onData((text) => this.type(encoder.encode(text)));
    this.terminal.onBinary((text) => this.type(Uint8Array.from(text, (character) => character.charCodeAt(0))));
    this.connect();
  }

  disconnectedCallback() {
    this.socket.close();
    this.terminal.dispose();
    this.replaceChildren();
  }

  connect() {
    this.say(this.dataset.connecting);
    const address = new URL(this.getAttribute("src"), location.href);
    address.protocol = address.protocol.replace("http", "ws");
    this.socket = new WebSocket(address, "terminal.gitlab.com");
    this.socket.binaryType = "arraybuffer";
    let heard = false;
    this.socket.onmessage = (message) => {
      if (!heard) {
        heard = true;
        this.say("");
        this.terminal.focus();
      }
      this.terminal.write(new Uint8Array(message.data));
    };
    this.socket.onclose = (event) => this.closed(event.reason);
  }

  type(bytes) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(bytes);
  }

  closed(reason) {
    if (!this.isConnected) return;
    this.say(reason || this.dataset.closed);
    const again = document.createElement("button");
    again.type = "button";
    again.className = "button small";
    again.textContent = this.dataset.again;
    again.addEventListener("click", () => {
      this.terminal.reset();
      this.connect();
    });
    this.end.append(again);
  }

  say(text) {
    this.end.textContent = text;
    this.end.hidden = text === "";
  }
}

customElements.define("job-terminal", JobTerminal);
