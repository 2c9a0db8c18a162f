import { asObject, asText } from "../fields.ts";
import type { JsonObject } from "../wire.ts";

const PLAIN = "code_interpreter";
const DEFAULT_MEMORY = "1g";
const MAX_MEMORY_LENGTH = 8;

/**
 * The name under which the container of a tool is priced: by its memory, with none said the smallest, so for one that was
 * made before and is only named. https://developers.openai.com/api/docs/guides/tools-code-interpreter
 */
export function containerName(tool: JsonObject | null): string {
  const made = asObject(tool?.["container"]) ?? asObject(tool?.["environment"]);
  const memory = (asText(made?.["memory_limit"]) ?? DEFAULT_MEMORY).toLowerCase();
  return memory === DEFAULT_MEMORY ? PLAIN : `${PLAIN}_${memory.slice(0, MAX_MEMORY_LENGTH)}`;
}

/** Whether a tool's runs are charged as the container that they run in. A hosted shell's are. */
export function runsInContainer(type: string): boolean {
  return type === PLAIN || type === "shell";
}

/** The containers of an answer, under the name that its tools' memory gives them. */
export function renamedContainers(
  calls: Record<string, number>,
  tools: (JsonObject | null)[],
): Record<string, number> {
  const { [PLAIN]: count, ...others } = calls;
  const larger = tools
    .filter((tool) => runsInContainer(asText(tool?.["type"]) ?? ""))
    .map(containerName)
    .find((name) => name !== PLAIN);
  return count === undefined || larger === undefined ? calls : { ...others, [larger]: count };
}
