import type { Check } from "./verdict.ts";

// Cases in which the gate is right to differ from what a corpus expects of them, each with its reason.

export interface Exception {
  id: string;
  check: Check;
  reason: string;
}

const COST_OF_A_ROUTER =
  "A router behind OpenAI's URL states a cost, as OpenAI itself never does: it isn't believed there.";

export const EXCEPTIONS: readonly Exception[] = [
  { id: "openai-chat-50b9be6a62", check: "usage", reason: COST_OF_A_ROUTER },
  { id: "openai-chat-ee30e4af2d", check: "usage", reason: COST_OF_A_ROUTER },
  {
    id: "other-completions-a8387b6f88",
    check: "refusal",
    reason: "A prompt that a router keeps names the model: what such a call costs can't be known before.",
  },
  {
    id: "openrouter-chat-3824b3bf86",
    check: "usage",
    reason:
      "With the account's own key the stated cost is OpenRouter's fee, here 0; the provider's charge comes on top.",
  },
];

export function exceptionFor(id: string, check: Check): Exception | undefined {
  return EXCEPTIONS.find((exception) => exception.id === id && exception.check === check);
}
