import { publicUrlProblem } from "../../public-url.ts";

// Where a provider is, as its owner writes it. Pure.

/** What is wrong with it, or the text that calls are made behind. */
export function baseUrlOf(
  text: string,
  { allowPrivate }: { allowPrivate: boolean },
): { baseUrl: string } | { problem: string } {
  const problem = publicUrlProblem(text, { allowPrivate });
  if (problem !== null) return { problem };
  const url = new URL(text);
  // A path is put behind it.
  if (url.search !== "" || /[?#]/.test(text)) return { problem: "must have no query" };
  return { baseUrl: url.href.replace(/\/+$/, "") };
}
