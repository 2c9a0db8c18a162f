import type { Context } from "hono";
import type { Services } from "../../services.ts";
import type { Principal } from "./access.ts";

/** What each handler of the control plane finds in its context. */
export interface ControlEnv {
  Variables: {
    services: Services;
    requestId: string;
    /** Of all calls but the public ones and a client's own. */
    principal: Principal;
  };
}

export type ControlContext = Context<ControlEnv>;

export const DEFAULT_ORGANIZATION_ID = "org_default";
