import type { Check } from "./verdict.ts";

// Cases in which the gate is right to differ from what a corpus expects of them, each with its reason.

export interface Exception {
  id: string;
  check: Check;
  reason: string;
}

const COST_OF_A_ROUTER =
  "A router behind OpenAI's URL states a cost, as OpenAI itself never does: it isn't believed there.";

const OLDER_SNAPSHOT =
  "The name meant an older snapshot then, at a higher price than that of today's: settled at what answered, the rest is an overrun.";
const DEARER_SELLER =
  "OpenRouter chose a seller whose price is above the listed one: settled at the stated cost, the rest is an overrun.";

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
  {
    id: "gemini-chat-72fd4fe5ec",
    check: "usage",
    reason:
      "Thoughts, which this mode leaves out of the output's count and has in the total, are billed as output.",
  },
  {
    id: "huggingface-chat-0eaad85d70",
    check: "usage",
    reason: "What a provider that the organization added calls an estimate of the cost isn't its word on it.",
  },
  {
    id: "openai-responses-640b4cf9ab",
    check: "books",
    reason: "A response in the background that nobody asked for again holds its money until its lease ends.",
  },
  {
    id: "vertex-generateContent-bd9639746b",
    check: "usage",
    reason:
      "The answer has text and no count of it, so all of it is booked as an estimate, with the stated input.",
  },
  ...[
    "openai-chat-358bf81b38",
    "openai-chat-b084b8268e",
    "openai-chat-ce12ba69f4",
    "openai-chat-dd06c0bfc5",
  ].map((id) => ({ id, check: "tight" as const, reason: OLDER_SNAPSHOT })),
  { id: "openrouter-chat-f8704e88e8", check: "tight", reason: DEARER_SELLER },
];

export function exceptionFor(id: string, check: Check): Exception | undefined {
  return EXCEPTIONS.find((exception) => exception.id === id && exception.check === check);
}
