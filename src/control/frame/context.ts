import type { Context } from "hono";
import type { Services } from "../../services.ts";

/** What each handler of the control plane finds in its context. */
export interface ControlEnv {
  Variables: { services: Services; requestId: string };
}

export type ControlContext = Context<ControlEnv>;

export const DEFAULT_ORGANIZATION_ID = "org_default";
