import { eq } from "drizzle-orm";
import { equalTexts } from "../../gate/secret.ts";
import { type Role, managementTokens } from "../../ledger/control-schema.ts";
import { type ControlContext, DEFAULT_ORGANIZATION_ID } from "./context.ts";
import { digestOf } from "./digest.ts";
import { Problem, badField, notFound } from "./problem.ts";
import { TOKEN } from "./token-secret.ts";

// Who makes a call of the REST interface, and what is within his reach.

/**
 * What a call is about. `public`: anyone. `key`: a client with its own key. `deployment`: all organizations.
 * `organization`, `team`: things of one organization, or of one team.
 */
export type Access = "public" | "key" | "deployment" | "organization" | "team";

export interface Principal {
  /** `admin`, or a token's id. */
  actor: string;
  role: Role;
  /** Null: every organization, every team. */
  organizationId: string | null;
  teamId: string | null;
}

/** Of ADMIN_KEY. */
const ADMIN: Principal = { actor: "admin", role: "admin", organizationId: null, teamId: null };

/** Where a thing is. `teamId` null: in no team. */
export interface Place {
  organizationId: string;
  teamId: string | null;
}

/** Ends the call unless who makes it may. What is within his reach, the handlers ask by `requireSeen`. */
export async function requireAccess(
  c: ControlContext,
  { access, reads }: { access: Access; reads: boolean },
): Promise<void> {
  if (access === "public" || access === "key") return; // A key is proven by the handler that shows it.
  const principal = await principalOf(c);
  c.set("principal", principal);
  if (!mayCall(principal, access, reads))
    throw new Problem("forbidden", `A token with the role ${principal.role} may not do this`);
}

/** Pure. */
export function mayCall({ role, teamId }: Principal, access: Access, reads: boolean): boolean {
  if (role === "admin") return true;
  if (access === "deployment") return false;
  if (role === "org-admin") return true;
  if (access === "organization") return role === "read-only" && reads && teamId === null;
  return role === "team-admin" || reads;
}

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i;
const WRONG = "The admin key or token is missing or wrong";

async function principalOf(c: ControlContext): Promise<Principal> {
  const { services } = c.var;
  const given = BEARER.exec(c.req.header("authorization") ?? "")?.[1] ?? "";
  // Both are hashed first, so that not even the length of the admin key shows.
  const [digest, expected] = await Promise.all([digestOf(given), digestOf(services.config.ADMIN_KEY)]);
  if (equalTexts(digest, expected)) return ADMIN;
  if (!TOKEN.test(given)) throw unauthorized(WRONG);
  const [row] = await services.database
    .select()
    .from(managementTokens)
    .where(eq(managementTokens.digest, digest));
  if (!row) throw unauthorized(WRONG);
  if (row.revokedAt) throw unauthorized("The token is revoked");
  if (row.expiresAt && row.expiresAt.getTime() <= services.now()) throw unauthorized("The token is expired");
  const { id: actor, role, organizationId, teamId } = row;
  return { actor, role, organizationId, teamId };
}

export function unauthorized(detail: string): Problem {
  return new Problem("invalid_key", detail, { headers: { "www-authenticate": "Bearer" } });
}

/** The organization that a call is about: the one it names, else the token's own, else the default one. */
export function organizationOf({ var: { principal } }: ControlContext, named?: string): string {
  const own = principal.organizationId;
  if (named === undefined) return own ?? DEFAULT_ORGANIZATION_ID;
  if (own !== null && named !== own) throw badField("/organization_id", "is not an organization");
  return named;
}

/** The team that a new thing is put in, or null: what a team's token makes is its team's. */
export function teamOf({ var: { principal } }: ControlContext, named?: string | null): string | null {
  const own = principal.teamId;
  if (own === null) return named ?? null;
  if (named === undefined || named === own) return own;
  throw badField("/team_id", "is not a team of this organization");
}

/** Ends the call where a thing is out of reach: it is as unknown as one that doesn't exist. */
export function requireSeen({ var: { principal } }: ControlContext, place: Place, what: string): void {
  const { organizationId, teamId } = principal;
  const isWithin =
    (organizationId === null || organizationId === place.organizationId) &&
    (teamId === null || teamId === place.teamId);
  if (!isWithin) throw notFound(what);
}

/** What only those may set who answer for the whole organization: it could get a team past its own budget. */
export function requireOrganizationWide({ var: { principal } }: ControlContext, pointer: string): void {
  if (principal.teamId !== null) throw badField(pointer, "is for the organization's admins to set");
}
