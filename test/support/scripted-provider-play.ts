// Plays a script over a wire, with the pauses and faults of its scenario.

import type { Scenario } from "./scripted-provider-scenario.ts";
import type { Script } from "./scripted-provider-script.ts";
import type { Wire } from "./scripted-provider-wire.ts";

export interface Stage {
  wire: Wire;
  /** Resolves when the test opens the gate of that name, or the peer leaves. */
  passGate(name: string): Promise<void>;
  /** Told before a chunk is written, so that whoever has read the chunk finds it counted. */
  onChunk(chunksSent: number): void;
}

type Interruption = "none" | "error_event" | "gone";

export async function play(script: Script, scenario: Scenario, stage: Stage): Promise<void> {
  const { wire } = stage;
  if (scenario.gate !== undefined && scenario.gateAfter === undefined) await stage.passGate(scenario.gate);
  if (scenario.hangBefore === true) await wire.untilGone();
  if (wire.gone.aborted) return;
  if (scenario.destroyBeforeHeaders === true) return wire.destroy();

  const send = (part: string | Uint8Array): Promise<void> =>
    wire.write(scenario.crlf === true && script.stream ? withCrlf(part) : part);
  stage.onChunk(0);
  wire.start(script.status, script.headers);
  for (const part of script.opening) await send(part);
  for (const [index, chunk] of [...script.chunks, null].entries()) {
    const interruption = await interrupt(index, scenario, stage);
    if (interruption === "gone") return;
    if (interruption === "error_event") {
      await send(script.errorEvent);
      return wire.end();
    }
    if (chunk === null) break;
    stage.onChunk(index + 1);
    await send(chunk);
    await wire.delay(scenario.chunkDelayMs ?? 0);
  }
  for (const part of script.closing) await send(part);
  return wire.end();
}

/** What the scenario wants after so many chunks. */
async function interrupt(chunksSent: number, scenario: Scenario, stage: Stage): Promise<Interruption> {
  const { wire } = stage;
  const { gate, gateAfter, cutAfter, hangAfter, errorEventAfter } = scenario;
  if (gate !== undefined && gateAfter === chunksSent) {
    await wire.flush();
    await stage.passGate(gate);
  }
  if (cutAfter === chunksSent) {
    await wire.flush();
    wire.destroy();
    return "gone";
  }
  if (hangAfter === chunksSent) {
    await wire.flush();
    await wire.untilGone();
  }
  if (wire.gone.aborted) return "gone";
  return errorEventAfter === chunksSent ? "error_event" : "none";
}

function withCrlf(part: string | Uint8Array): string | Uint8Array {
  return typeof part === "string" ? part.replaceAll("\n", "\r\n") : part;
}
