import { asObject, asText } from "../fields.ts";

/** What a message's usage states of how it was served. Later events of a stream repeat some of it. */
export interface StatedService {
  service_tier?: string;
  speed?: string;
  inference_geo?: string;
}

const MEMBERS = ["service_tier", "speed", "inference_geo"] as const;

export function takeService(stated: StatedService, usage: unknown): void {
  for (const member of MEMBERS) {
    const text = asText(asObject(usage)?.[member]);
    if (text !== undefined) stated[member] = text;
  }
}

/** The tier as one text: "standard", "standard fast us". Speed and region count where they have a price of their own. */
export function tierOf({ service_tier, speed, inference_geo }: StatedService): string | undefined {
  const words = [service_tier, speed === "standard" ? undefined : speed, regionOf(inference_geo)];
  const stated = words.filter((word) => word !== undefined);
  return stated.length > 0 ? stated.join(" ") : undefined;
}

/** https://platform.claude.com/docs/en/build-with-claude/data-residency: models that have no regions say "not_available". */
function regionOf(geo: string | undefined): string | undefined {
  return geo === "global" || geo === "not_available" ? undefined : geo;
}
