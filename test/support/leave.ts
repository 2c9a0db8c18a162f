// A client who leaves so that the server hears of it at once: its connection is reset, as it is when a process dies.

import { Agent, request } from "node:http";

export interface LeavingCall {
  /** Resolves with the answer's text so far once it holds `wanted` this many times. */
  textWith(wanted: string, times: number): Promise<string>;
  leave(): void;
}

export function callAndLeave(
  url: string,
  { headers, body }: { headers: Record<string, string>; body: string },
): LeavingCall {
  const agent = new Agent({ keepAlive: false });
  let text = "";
  let look = (): void => undefined;
  const sent = request(url, { method: "POST", headers, agent }, (response) => {
    response.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      look();
    });
    response.on("error", () => undefined); // It ends with the connection, as the test wants.
  });
  sent.on("error", () => undefined);
  sent.end(body);
  return {
    textWith: (wanted, times) =>
      new Promise((resolve) => {
        look = () => {
          if (text.split(wanted).length > times) resolve(text);
        };
        look();
      }),
    leave: () => sent.socket?.resetAndDestroy(),
  };
}
